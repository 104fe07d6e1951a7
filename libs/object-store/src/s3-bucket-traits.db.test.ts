import { serverVariable } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BucketTraits, ObjectStore } from './object-store.js';
import { createS3Store, type S3StoreOptions } from './s3-store.js';
import { createFaultProxy, type Fault, type FaultProxy, type Operation } from './testing/fault-proxy.js';
import { createTestBucket, type TestBucket, type TestBucketOptions } from './testing/test-bucket.js';

const PLAIN: BucketTraits = { reachable: true, versioning: 'none', mfaDelete: false, objectLock: false };
const SILENT: BucketTraits = {
  reachable: false,
  versioning: 'unknown',
  mfaDelete: false,
  objectLock: 'unknown',
};
const WITHIN_MS = 5_000;

const closes: (() => void)[] = [];
afterAll(() => {
  for (const close of closes) close();
});
async function bucketOf(options?: TestBucketOptions): Promise<TestBucket> {
  const bucket = await createTestBucket(serverVariable, options);
  closes.push(() => bucket.close());
  return bucket;
}
function storeOf(options: S3StoreOptions): ObjectStore {
  const store = createS3Store(options);
  closes.push(() => store.close());
  return store;
}

describe('what a bucket says of itself', () => {
  it('neither versions nor locks', async () => {
    const bucket = await bucketOf();
    expect(await storeOf(bucket.options()).describeBucket(WITHIN_MS)).toEqual(PLAIN);
  });

  it.each([
    ['Enabled', 'enabled'],
    ['Suspended', 'suspended'],
  ] as const)('versioning %s', async (status, versioning) => {
    const bucket = await bucketOf();
    await bucket.versioning(status);
    const traits = await storeOf(bucket.options()).describeBucket(WITHIN_MS);
    expect(traits).toEqual({ ...PLAIN, versioning });
  });

  it('Object Lock, which brings versions', async () => {
    const bucket = await bucketOf({ objectLock: true });
    const traits = await storeOf(bucket.options()).describeBucket(WITHIN_MS);
    expect(traits).toEqual({ ...PLAIN, versioning: 'enabled', objectLock: true });
  });

  it.each([
    ['GetBucketObjectLockConfiguration', { objectLock: 'unknown' }],
    ['GetBucketVersioning', { versioning: 'unknown' }],
    ['ListBucket', { reachable: false }],
  ])('without the right to %s: that is unknown, the rest is told', async (denied, expected) => {
    const bucket = await bucketOf({ denied: [denied] });
    expect(await storeOf(bucket.options()).describeBucket(WITHIN_MS)).toEqual({ ...PLAIN, ...expected });
  });

  it.each<[string, Partial<S3StoreOptions>]>([
    ['another secret', { secretAccessKey: 'x'.repeat(40) }],
    ['a bucket that is not there', { bucket: 'there-is-none' }],
    ['nobody listening', { endpoint: 'http://127.0.0.1:1' }],
  ])('nothing: %s', async (_, over) => {
    const bucket = await bucketOf();
    expect(await storeOf(bucket.options(over)).describeBucket(WITHIN_MS)).toEqual(SILENT);
  });

  it('nothing after it was closed', async () => {
    const store = storeOf((await bucketOf()).options());
    store.close();
    expect(await store.describeBucket(WITHIN_MS)).toEqual(SILENT);
  });
});

describe('on a bad line', () => {
  let proxy: FaultProxy;
  let store: ObjectStore;
  beforeAll(async () => {
    const bucket = await bucketOf();
    proxy = await createFaultProxy(serverVariable('S3_ENDPOINT'));
    store = storeOf(bucket.options({ endpoint: proxy.endpoint }));
  });
  afterAll(() => proxy.close());

  it.each<[Operation, Fault, Partial<BucketTraits>]>([
    ['GetObjectLockConfiguration', { kind: 'hang', when: 'before' }, { objectLock: 'unknown' }],
    ['GetObjectLockConfiguration', { kind: 'stall' }, { objectLock: 'unknown' }],
    [
      'GetObjectLockConfiguration',
      { kind: 'answer', status: 501, body: '<Error><Code>NotImplemented</Code></Error>' },
      { objectLock: 'unknown' },
    ],
    // a store that does not know the question, and answers another one
    [
      'GetObjectLockConfiguration',
      { kind: 'answer', status: 200, body: '<ListBucketResult/>' },
      { objectLock: 'unknown' },
    ],
    [
      'GetObjectLockConfiguration',
      { kind: 'answer', status: 200, body: '<ObjectLockConfiguration/>' },
      { objectLock: 'unknown' },
    ],
    [
      'GetBucketVersioning',
      {
        kind: 'answer',
        status: 200,
        body: '<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Enabled</MfaDelete></VersioningConfiguration>',
      },
      { versioning: 'enabled', mfaDelete: true },
    ],
    [
      'GetBucketVersioning',
      {
        kind: 'answer',
        status: 200,
        body: '<VersioningConfiguration><Status>Perhaps</Status></VersioningConfiguration>',
      },
      { versioning: 'unknown' },
    ],
    ['GetBucketVersioning', { kind: 'hang', when: 'after' }, { versioning: 'unknown' }],
  ])('%s %j', async (operation, fault, expected) => {
    proxy.fault = (request) => (request.operation === operation ? fault : undefined);
    const begun = performance.now();
    expect(await store.describeBucket(700)).toEqual({ ...PLAIN, ...expected });
    expect(performance.now() - begun).toBeLessThan(3_000);
  });
});
