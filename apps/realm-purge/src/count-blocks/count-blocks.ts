import { transaction, type Pool } from '@lethe/postgres';
import { lockPurge } from '../purge/purge.sql.js';
import { BUSY, MOVED, type Step } from '../purge/step.js';
import type { RealmStore } from '../store/realm-store.js';
import { addCounted, moveToReleasing } from './count-blocks.sql.js';

const BATCH = 50_000;

/** Counts what is to go, in bounded ranges: behind the fence the number cannot grow any more. */
export function countBlocks(pool: Pool, store: RealmStore, batch = BATCH): Step {
  return ({ realm_id: realmId }) =>
    transaction(pool, async (tx) => {
      const purge = await lockPurge(tx, realmId, 'shredded');
      if (!purge) return BUSY;
      const counted = await store.countBlocks(tx, realmId, purge.count_cursor, batch);
      await addCounted(tx, realmId, counted);
      if (counted.blocks < batch) await moveToReleasing(tx, realmId);
      return MOVED;
    });
}
