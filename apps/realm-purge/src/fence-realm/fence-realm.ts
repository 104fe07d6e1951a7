import type { Authority } from '@lethe/participant';
import { transaction, type Pool } from '@lethe/postgres';
import { heldBy } from '../purge/granted.js';
import { lockPurge } from '../purge/purge.sql.js';
import { BUSY, MOVED, attention, type Step } from '../purge/step.js';
import type { RealmStore } from '../store/realm-store.js';
import { dropOrder, moveToFenced } from './fence-realm.sql.js';

/** Step 6, first half: with the authority's grant in hand, lets no write into the realm any more. Without one, drops the hint. */
export function fenceRealm(pool: Pool, store: RealmStore, authority: Authority): Step {
  return async (ordered) => {
    const { realm_id: realmId, epoch } = ordered;
    const grant = await authority.grant(realmId, epoch);
    if (grant === undefined) {
      await dropOrder(pool, realmId, epoch);
      return MOVED;
    }
    const held = await heldBy(pool, grant, ordered);
    if (held) return held;
    return transaction(pool, async (tx) => {
      await store.lockForFencing(tx, grant.organizationId);
      const purge = await lockPurge(tx, realmId, 'ordered');
      if (purge?.epoch !== epoch) return BUSY;
      const realm = await store.fence(tx, realmId, grant.organizationId);
      if (realm.organizationId !== grant.organizationId)
        return attention(`the realm belongs to another organization than the grant says`);
      await moveToFenced(tx, realmId, grant.organizationId);
      return MOVED;
    });
  };
}
