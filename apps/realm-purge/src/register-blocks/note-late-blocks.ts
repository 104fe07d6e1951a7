import { status } from '@grpc/grpc-js';
import { RefusalError } from '@lethe/outcome';
import { isLockTimeout, transaction, type Pool } from '@lethe/postgres';
import type { Realm, RealmStore } from '../store/realm-store.js';
import { addToTotals, lockTotals } from './note-late-blocks.sql.js';

/** What became of blocks that came behind the fence; `refused`: the realm is a tombstone, and nobody sweeps them. */
export type LateOutcome = 'noted' | 'refused';
export type Late = (outcome: LateOutcome, blocks: number) => void;

interface Block {
  readonly blockId: string;
  readonly sizeBytes: number;
}

/**
 * Notes blocks whose registration was refused, because their objects may be there already: they become rows of the fenced realm,
 * and the re-scan before it closes finds them.
 *
 * It waits for the organization's writers and lets none begin, as the fence does. Otherwise a live realm could take up one of these
 * ids in the same moment, unseen by a release that then calls it unshared. An id that a live realm took up before is no danger:
 * whether a block is retained is judged when it is released. And whoever wants one later is told that it is being deleted.
 */
export async function noteLateBlocks(
  pool: Pool,
  store: RealmStore,
  { organizationId, realmId }: Pick<Realm, 'realmId' | 'organizationId'>,
  blocks: readonly Block[],
): Promise<LateOutcome> {
  // A tombstone stays one: whoever goes on registering to it keeps no writer of the organization waiting.
  if ((await store.find(pool, realmId))?.state === 'purged') return 'refused';
  const note = transaction(pool, async (tx): Promise<LateOutcome> => {
    await store.lockForFencing(tx, organizationId);
    const realm = await store.find(tx, realmId);
    if (realm?.organizationId !== organizationId || realm.state !== 'fenced') return 'refused';
    const totals = await lockTotals(tx, realmId);
    const ids = blocks.map(({ blockId }) => blockId);
    const missing = new Set(await store.unregistered(tx, realmId, ids));
    const sizes = new Map(
      blocks.filter(({ blockId }) => missing.has(blockId)).map((b) => [b.blockId, b.sizeBytes]),
    );
    await store.insertBlocks(
      tx,
      realmId,
      [...sizes].map(([blockId, sizeBytes]) => ({ blockId, sizeBytes })),
    );
    // Those ahead of the count are still to be counted.
    const counted = [...sizes].filter(
      ([id]) => totals && (totals.counted || id <= (totals.count_cursor ?? '')),
    );
    const bytes = counted.reduce((sum, [, size]) => sum + size, 0);
    if (counted.length > 0) await addToTotals(tx, realmId, counted.length, bytes);
    return 'noted';
  });
  return note.catch((error: unknown) => {
    // Not REALM_DELETED: that would say that they are noted.
    if (isLockTimeout(error)) throw stuck();
    throw error;
  });
}

const stuck = () =>
  new RefusalError({
    code: status.UNAVAILABLE,
    reason: 'UNAVAILABLE',
    message:
      'the realm is being purged, and these blocks could not be noted while others write: register them again',
  });
