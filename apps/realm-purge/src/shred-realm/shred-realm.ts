import { transaction, type Pool, type PoolClient } from '@lethe/postgres';
import { lockPurge } from '../purge/purge.sql.js';
import { BUSY, MOVED, type Step, type StepResult } from '../purge/step.js';
import {
  SHREDDING_ORDER,
  type MetadataKind,
  type RealmStore,
  type ShredPlace,
} from '../store/realm-store.js';
import { addRemoved, moveToShredded } from './shred-realm.sql.js';

const BATCH = 100_000;

/** Where the next batch goes on. */
interface Place {
  readonly kind: MetadataKind;
  readonly next: ShredPlace;
}

/**
 * Step 6, second half: one bounded batch of keys and metadata, what unlocks the data first. Behind the fence no row comes any more,
 * so a kind that a batch has come to the end of is gone; that it is, the re-scan before the tombstone asks the tables themselves.
 */
export function shredRealm(pool: Pool, store: RealmStore, batch = BATCH): Step {
  /** In memory alone: after a restart, or at another replica, a batch begins at the start again, where little is left. */
  const places = new Map<string, Place>();

  async function shredBatch(
    tx: PoolClient,
    realmId: string,
    place: Place | undefined,
  ): Promise<{ result: StepResult; place?: Place }> {
    if (!(await lockPurge(tx, realmId, 'fenced'))) return { result: BUSY };
    let room = batch;
    for (const kind of SHREDDING_ORDER.slice(place ? SHREDDING_ORDER.indexOf(place.kind) : 0)) {
      const from = kind === place?.kind ? place.next : undefined;
      const { rows, next } = await store.shred(tx, kind, realmId, room, from);
      if (rows > 0) await addRemoved(tx, realmId, kind, rows);
      room -= rows;
      if (next !== undefined) return { result: MOVED, place: { kind, next } };
      if (room === 0) return { result: MOVED };
    }
    await moveToShredded(tx, realmId);
    return { result: MOVED };
  }

  return async ({ realm_id: realmId }) => {
    const { result, place } = await transaction(pool, (tx) => shredBatch(tx, realmId, places.get(realmId)));
    // Not before it has committed: rows that a failed batch brings back would be passed by.
    if (place) places.set(realmId, place);
    else places.delete(realmId);
    return result;
  };
}
