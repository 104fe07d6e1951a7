import { transaction, type Pool } from '@lethe/postgres';
import { lockPurge } from '../purge/purge.sql.js';
import { MOVED, waiting, type Step } from '../purge/step.js';
import { addCounted, countNext, moveToReleasing } from './count-blocks.sql.js';

const BATCH = 200_000;
const BUSY_MS = 200;

/** Counts what is to go, in bounded ranges: behind the fence the number cannot grow any more. */
export function countBlocks(pool: Pool): Step {
  return ({ realm_id: realmId }) =>
    transaction(pool, async (tx) => {
      const purge = await lockPurge(tx, realmId, 'shredded');
      if (!purge) return waiting(BUSY_MS);
      const counted = await countNext(tx, realmId, purge.count_cursor, BATCH);
      await addCounted(tx, realmId, counted);
      if (counted.blocks < BATCH) await moveToReleasing(tx, realmId);
      return MOVED;
    });
}
