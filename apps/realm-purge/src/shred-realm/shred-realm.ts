import { transaction, type Pool } from '@lethe/postgres';
import { lockPurge } from '../purge/purge.sql.js';
import { BUSY, MOVED, type Step } from '../purge/step.js';
import { SHREDDING_ORDER, type RealmStore } from '../store/realm-store.js';
import { addRemoved, moveToShredded } from './shred-realm.sql.js';

const BATCH = 5_000;

/** Step 6, second half: one bounded batch of keys and metadata, what unlocks the data first. */
export function shredRealm(pool: Pool, store: RealmStore, batch = BATCH): Step {
  return ({ realm_id: realmId }) =>
    transaction(pool, async (tx) => {
      if (!(await lockPurge(tx, realmId, 'fenced'))) return BUSY;
      let room = batch;
      for (const kind of SHREDDING_ORDER) {
        const rows = await store.shred(tx, kind, realmId, room);
        if (rows > 0) await addRemoved(tx, realmId, kind, rows);
        room -= rows;
        if (room === 0) return MOVED;
      }
      if (await store.isMetadataLeft(tx, realmId)) return MOVED;
      await moveToShredded(tx, realmId);
      return MOVED;
    });
}
