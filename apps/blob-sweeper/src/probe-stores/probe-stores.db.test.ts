import { Versioning } from '@lethe/contracts';
import { createS3Store, type ObjectStore, type S3StoreOptions } from '@lethe/object-store';
import {
  createFaultProxy,
  createTestBucket,
  type FaultProxy,
  type TestBucket,
} from '@lethe/object-store/testing';
import { serverVariable } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeStoresRpc } from './probe-stores.rpc.js';

let proxy: FaultProxy;
const closes: (() => void)[] = [];
beforeAll(async () => {
  proxy = await createFaultProxy(serverVariable('S3_ENDPOINT'));
});
afterAll(async () => {
  for (const close of closes) close();
  await proxy.close();
});

async function storeOf(
  name: string,
  prepare: (bucket: TestBucket) => Promise<void> = () => Promise.resolve(),
  { over, ...options }: Parameters<typeof createTestBucket>[1] & { over?: Partial<S3StoreOptions> } = {},
): Promise<ObjectStore> {
  const bucket = await createTestBucket(serverVariable, options);
  await prepare(bucket);
  const store = createS3Store(bucket.options({ name, ...over }));
  closes.push(
    () => bucket.close(),
    () => store.close(),
  );
  return store;
}

describe('ProbeStores', () => {
  it('tells of each store, in the order of the configuration, whether it may refuse', async () => {
    const stores = [
      await storeOf('plain'),
      await storeOf('versioned', (bucket) => bucket.versioning('Enabled')),
      await storeOf('locked', undefined, { objectLock: true }),
      await storeOf('silent', undefined, { denied: ['GetBucketObjectLockConfiguration'] }),
      await storeOf('away', undefined, { over: { endpoint: 'http://127.0.0.1:1' } }),
    ];
    const answer = await probeStoresRpc(stores)();
    const { NONE, ENABLED, UNSPECIFIED } = Versioning;
    expect(answer.stores).toMatchObject([
      { name: 'plain', reachable: true, versioning: NONE, objectLock: false, mayRefuse: [] },
      { name: 'versioned', reachable: true, versioning: ENABLED, objectLock: false, mayRefuse: [] },
      { name: 'locked', reachable: true, versioning: ENABLED, objectLock: true, mayRefuse: ['OBJECT_LOCK'] },
      { name: 'silent', reachable: true, versioning: NONE, mayRefuse: ['OBJECT_LOCK_UNKNOWN'] },
      {
        name: 'away',
        reachable: false,
        versioning: UNSPECIFIED,
        mayRefuse: ['UNREACHABLE', 'VERSIONING_UNKNOWN', 'OBJECT_LOCK_UNKNOWN'],
      },
    ]);
    expect(answer.stores.map(({ objectLock }) => objectLock)).toEqual([
      false,
      false,
      true,
      undefined,
      undefined,
    ]);
  });

  it('asks once, however many want to know, and again when that is old', async () => {
    const store = await storeOf('counted', undefined, { over: { endpoint: proxy.endpoint } });
    const ask = probeStoresRpc([store], { freshMs: 60_000 });
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(await ask()).toBe(answers[0]);
    expect(proxy.count('GetBucketVersioning')).toBe(1);
    const impatient = probeStoresRpc([store], { freshMs: 0 });
    await impatient();
    await impatient();
    expect(proxy.count('GetBucketVersioning')).toBe(3);
  });

  it('does not wait for a store that does not answer', async () => {
    const store = await storeOf('hanging', undefined, { over: { endpoint: proxy.endpoint } });
    proxy.fault = () => ({ kind: 'hang', when: 'before' });
    const begun = performance.now();
    const { stores } = await probeStoresRpc([store], { withinMs: 300 })();
    expect(stores).toMatchObject([{ name: 'hanging', reachable: false }]);
    expect(performance.now() - begun).toBeLessThan(2_500);
  });
});
