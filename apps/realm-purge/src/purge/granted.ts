import type { Grant } from '@lethe/contracts';
import type { Authority } from '@lethe/participant';
import type { Pool } from '@lethe/postgres';
import { followRetries } from './retry.js';
import { setHeld, type PurgeRow } from './purge.sql.js';
import { attention, waiting, type Step, type StepResult } from './step.js';

/** What an operator may order at any moment, and nobody rings for. */
const LOOK_AGAIN_MS = 2_000;

/**
 * What an operator has ordered of a purge since it was granted: an order to try again is followed; undefined when nothing holds the
 * step. Held, it waits and is no failure, and goes on by itself within seconds.
 */
export async function heldBy(
  pool: Pool,
  grant: Grant,
  purge: PurgeRow,
  { releasesBlocks = false } = {},
): Promise<StepResult | undefined> {
  if (grant.retries > purge.retries) await followRetries(pool, [grant]);
  const held = grant.paused ? 'paused' : releasesBlocks && grant.blocksKept ? 'blocks_kept' : null;
  if (held !== purge.held) await setHeld(pool, purge, held);
  return held === null ? undefined : waiting(LOOK_AGAIN_MS);
}

/**
 * A step that destroys, behind one more question. An authority that shows no such grant any more was set back (a restored backup):
 * what it believes alive must not be destroyed further by what was known before. Nothing is destroyed while the grant is paused,
 * and no block is released while it keeps them.
 */
export const granted =
  (
    { pool, authority }: { readonly pool: Pool; readonly authority: Authority },
    step: Step,
    options?: { readonly releasesBlocks?: boolean },
  ): Step =>
  async (purge) => {
    const grant = await authority.grant(purge.realm_id, purge.epoch);
    if (grant === undefined)
      return attention('the authority shows no grant for a purge that is under way: it has been rewound');
    if (grant.organizationId !== purge.organization_id)
      return attention('the authority shows the grant for another organization than before');
    return (await heldBy(pool, grant, purge, options)) ?? step(purge);
  };

/** By which name the authority knows this service. */
const SELF = 'realm-purge';

/**
 * Whether the authority has our report of the purge. When it is not over here, this database was set back, and perhaps the object
 * storage with it: the sweepers' ledger and their receipts would call pages gone that have come back, and the rows, which alone name
 * their objects, would go. They stay until the deletion is replayed.
 */
export const isReported = (grant: Grant): boolean =>
  grant.participants.some(({ participant, reportTime }) => participant === SELF && reportTime !== undefined);

/** A step that gives blocks to the sweepers, behind one more look at {@link isReported}. */
export const unreported =
  (authority: Authority, step: Step): Step =>
  async (purge) => {
    const grant = await authority.grant(purge.realm_id, purge.epoch);
    if (grant && isReported(grant))
      return attention(
        'the authority has the report of this purge already: this database has been rewound, the deletion is to be replayed',
      );
    return step(purge);
  };
