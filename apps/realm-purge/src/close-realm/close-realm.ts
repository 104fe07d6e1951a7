import { appendEvents } from '@lethe/outbox';
import { transaction, type Pool } from '@lethe/postgres';
import { event } from '../purge/event.js';
import { lockPurge, sumPages } from '../purge/purge.sql.js';
import { BUSY, MOVED, attention, type Step } from '../purge/step.js';
import type { RealmStore } from '../store/realm-store.js';
import { moveToClosed, releaseFromTheStart } from './close-realm.sql.js';

/** Step 9, second half: the realm becomes a tombstone when a re-scan finds nothing, and every row that was counted went by a receipt. */
export function closeRealm(pool: Pool, store: RealmStore): Step {
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
