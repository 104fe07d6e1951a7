import { transaction, type Pool } from '@lethe/postgres';
import { lockPurge } from '../purge/purge.sql.js';
import { BUSY, MOVED, type Step } from '../purge/step.js';
import { SHREDDING_ORDER, addRemoved, isMetadataLeft, moveToShredded, shredRows } from './shred-realm.sql.js';

const BATCH = 5_000;

/** Step 6, second half: one bounded batch of keys and metadata, what unlocks the data first. */
export function shredRealm(pool: Pool, batch = BATCH): Step {
  return ({ realm_id: realmId }) =>
    transaction(pool, async (tx) => {
      if (!(await lockPurge(tx, realmId, 'fenced'))) return BUSY;
      let room = batch;
      for (const kind of SHREDDING_ORDER) {
        const rows = await shredRows(tx, kind, realmId, room);
        if (rows > 0) await addRemoved(tx, realmId, kind, rows);
        room -= rows;
        if (room === 0) return MOVED;
      }
      if (await isMetadataLeft(tx, realmId)) return MOVED;
      await moveToShredded(tx, realmId);
      return MOVED;
    });
}
