import { fileURLToPath } from 'node:url';
import { status } from '@grpc/grpc-js';
import { createProxy, createTestDatabase, type Proxy, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RealmPurgeHandle } from '../realm-purge.js';
import { clientsOf, configOf, serviceOf } from '../testing/running-service.js';
import { addRealm } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
let proxy: Proxy;
let service: RealmPurgeHandle;
let gateway: ReturnType<typeof clientsOf>;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  const { host } = new URL(db.url);
  proxy = await createProxy(host);
  const databaseUrl = Object.assign(new URL(db.url), { host: proxy.address }).href;
  const away = { natsUrl: '127.0.0.1:1', natsToken: undefined, authorityAddress: '127.0.0.1:1' };
  service = serviceOf(configOf({ databaseUrl, ...away }));
  await service.start();
  gateway = clientsOf(service.grpcAddress, 'gateway');
});
afterAll(async () => {
  gateway.close();
  await service.stop();
  await proxy.close();
  await db.drop();
});

const describeRealm = (realmId: string) =>
  gateway.purges.unary((client) => client.describeRealms, { realmIds: [realmId] });

describe('DescribeRealms for the gateway', () => {
  it('counts what a purge would remove', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 7, keys: 2, vlobs: 3 });
    const { realms } = await describeRealm(realmId);
    expect(realms).toMatchObject([
      { organizationId: 'org1', realmId, blocks: 7, keyBundles: 2, vlobAtoms: 3 },
    ]);
  });

  it('says that the database is away, and not that the call is wrong', async () => {
    const realmId = await addRealm(db.pool, 'org1');
    await proxy.cut();
    await expect(describeRealm(realmId)).rejects.toMatchObject({ code: status.UNAVAILABLE });
    await proxy.mend();
  });
});
