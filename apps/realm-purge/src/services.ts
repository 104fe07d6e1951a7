import type { RealmPurgeServiceServer, RealmServiceServer } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import type { Handlers } from '@lethe/service';
import type { RealmStore } from './store/realm-store.js';
import { condemnBlocksRpc } from './condemn-blocks/condemn-blocks.rpc.js';
import { createRealmRpc } from './create-realm/create-realm.rpc.js';
import { describeRealmsRpc } from './describe-realms/describe-realms.rpc.js';
import { exportRealmBlocksRpc } from './export-realm-blocks/export-realm-blocks.rpc.js';
import { getPurgeRpc } from './get-purge/get-purge.rpc.js';
import { listKnownBlocksRpc } from './list-known-blocks/list-known-blocks.rpc.js';
import { listReleaseLimitsRpc } from './list-release-limits/list-release-limits.rpc.js';
import { pardonBlocksRpc } from './pardon-blocks/pardon-blocks.rpc.js';
import { putKeyBundleRpc } from './put-key-bundle/put-key-bundle.rpc.js';
import { putVlobRpc } from './put-vlob/put-vlob.rpc.js';
import type { Late } from './register-blocks/note-late-blocks.js';
import { registerBlocksRpc } from './register-blocks/register-blocks.rpc.js';
import { setReleaseLimitRpc } from './set-release-limit/set-release-limit.rpc.js';

/** Everything that writes to a realm: the fence has to hold each of them. */
export const realmWriters = (pool: Pool, store: RealmStore, late?: Late) => ({
  createRealm: createRealmRpc(pool, store),
  registerBlocks: registerBlocksRpc(pool, store, late),
  putVlob: putVlobRpc(pool, store),
  putKeyBundle: putKeyBundleRpc(pool, store),
});

/** Each method with the slice that answers it. */
export function realmService(
  handlers: Handlers,
  pool: Pool,
  store: RealmStore,
  late?: Late,
): RealmServiceServer {
  const { createRealm, registerBlocks, putVlob, putKeyBundle } = realmWriters(pool, store, late);
  return {
    createRealm: handlers.unary(createRealm),
    registerBlocks: handlers.clientStream(registerBlocks),
    putVlob: handlers.unary(putVlob),
    putKeyBundle: handlers.unary(putKeyBundle),
  };
}

export function realmPurgeService(
  handlers: Handlers,
  pool: Pool,
  store: RealmStore,
  uploadQuarantineSeconds: number,
): RealmPurgeServiceServer {
  return {
    describeRealms: handlers.unary(describeRealmsRpc(pool, store)),
    exportRealmBlocks: handlers.serverStream(exportRealmBlocksRpc(pool, store)),
    getPurge: handlers.unary(getPurgeRpc(pool, uploadQuarantineSeconds)),
    setReleaseLimit: handlers.unary(setReleaseLimitRpc(pool)),
    listReleaseLimits: handlers.unary(listReleaseLimitsRpc(pool)),
    listKnownBlocks: handlers.unary(listKnownBlocksRpc(pool, store)),
    condemnBlocks: handlers.unary(condemnBlocksRpc(pool, store, uploadQuarantineSeconds)),
    pardonBlocks: handlers.unary(pardonBlocksRpc(pool, store, uploadQuarantineSeconds)),
  };
}
