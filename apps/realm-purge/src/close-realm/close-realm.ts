import { appendEvents } from '@lethe/outbox';
import { transaction, type Pool } from '@lethe/postgres';
import { event } from '../purge/event.js';
import { lockPurge, sumPages, type PurgeRow } from '../purge/purge.sql.js';
import { BUSY, MOVED, attention, type Step } from '../purge/step.js';
import type { RealmStore } from '../store/realm-store.js';
import { moveToClosed, releaseFromTheStart } from './close-realm.sql.js';

/** A part of the ids that is looked at in one step holds about so many rows that went. */
const PART_ROWS = 50_000;

/**
 * Step 9, second half: the realm becomes a tombstone when a re-scan finds nothing, and every row that was counted went by a receipt.
 * The re-scan keeps the organization's writers waiting, and of a large realm it would take long: so part after part is looked at
 * before, without a lock. What that finds decides nothing; but PostgreSQL remembers the dead rows that it passed by.
 */
export function closeRealm(pool: Pool, store: RealmStore, partRows = PART_ROWS): Step {
  const looked = new Map<string, number>();
  const close = closing(pool, store);
  return async (purge) => {
    const { realm_id: realmId } = purge;
    const of = 1 + Math.floor(rowsOf(purge) / partRows);
    const no = looked.get(realmId) ?? 0;
    if (of > 1 && no < of) {
      const { blocks, metadata } = await store.remainder(pool, realmId, { no, of });
      looked.set(realmId, blocks || metadata ? of : no + 1);
      return MOVED;
    }
    const result = await close(purge);
    looked.delete(realmId);
    return result;
  };
}

/** What may have gone at most of any one table. */
const rowsOf = ({ blocks_total: blocks, removed }: PurgeRow) => Math.max(blocks, ...Object.values(removed));

function closing(pool: Pool, store: RealmStore): Step {
  return ({ realm_id: realmId, organization_id: organizationId }) =>
    transaction(pool, async (tx) => {
      await store.lockForFencing(tx, organizationId);
      const purge = await lockPurge(tx, realmId, 'releasing');
      if (!purge) return BUSY;
      const { settled, pages, rows, retained } = await sumPages(tx, realmId);
      if (settled !== pages) return BUSY;

      const left = await store.remainder(tx, realmId);
      if (left.metadata) return attention('metadata appeared behind the fence');
      if (left.blocks) {
        await releaseFromTheStart(tx, realmId);
        return MOVED;
      }
      if (rows < purge.blocks_total)
        return attention(`${purge.blocks_total} blocks were counted, but only ${rows} went by a receipt`);

      if (!(await store.bury(tx, realmId))) return attention('the realm is not fenced any more');
      const { close_time: closeTime } = await moveToClosed(tx, realmId, rows);
      await appendEvents(
        tx,
        event('realm.purged', purge, closeTime, {
          pages,
          blocksTotal: rows,
          blocksRetained: retained,
          bytesTotal: purge.bytes_total,
        }),
      );
      return MOVED;
    });
}
