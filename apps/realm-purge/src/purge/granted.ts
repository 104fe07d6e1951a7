import type { Grant } from '@lethe/contracts';
import type { Authority } from '@lethe/participant';
import type { Pool } from '@lethe/postgres';
import { followRetries } from './retry.js';
import { setHeld, type PurgeRow } from './purge.sql.js';
import { attention, waiting, type Step, type StepResult } from './step.js';

/** What an operator may order at any moment, and nobody rings for. */
const LOOK_AGAIN_MS = 2_000;
/** A delay is frozen: nothing cuts it short. But an authority that was set back meanwhile is noticed by asking alone. */
const LONGEST_SLEEP_MS = 3_600_000;

/**
 * What an operator has ordered of a purge since it was granted: an order to try again is followed; undefined when nothing holds the
 * step. Held, it waits and is no failure, and goes on by itself within seconds. Blocks that are not due, whatever else holds them,
 * are slept for: then only the time that the grant gives is believed, to wake by, and what the grant says is asked anew.
 */
export async function heldBy(
  pool: Pool,
  grant: Grant,
  purge: PurgeRow,
  { releasesBlocks = false } = {},
): Promise<StepResult | undefined> {
  if (grant.retries > purge.retries) await followRetries(pool, [grant]);
  const held = heldAs(grant, releasesBlocks);
  const sweepTime = grant.sweepTime ?? null;
  if (held !== purge.held || sweepTime?.getTime() !== purge.sweep_time?.getTime())
    await setHeld(pool, purge, held, sweepTime);
  if (held === null) return undefined;
  return waiting(releasesBlocks && !grant.blocksDue ? untilDueMs(purge, sweepTime) : LOOK_AGAIN_MS);
}

function heldAs(grant: Grant, releasesBlocks: boolean): PurgeRow['held'] {
  if (grant.paused) return 'paused';
  if (!releasesBlocks) return null;
  if (grant.blocksKept) return 'blocks_kept';
  return grant.blocksDue ? null : 'blocks_delayed';
}

/** By this database's clock, which may differ from the authority's: too early, it asks again within seconds. */
function untilDueMs({ read_time: now }: Pick<PurgeRow, 'read_time'>, sweepTime: Date | null): number {
  const left = sweepTime === null ? 0 : sweepTime.getTime() - now.getTime();
  return Math.min(LONGEST_SLEEP_MS, Math.max(LOOK_AGAIN_MS, left));
}

/**
 * A step that destroys, behind one more question. An authority that shows no such grant any more was set back (a restored backup):
 * what it believes alive must not be destroyed further by what was known before. Nothing is destroyed while the grant is paused,
 * and no block is released while it keeps them, or before it says that they are due.
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
