import { GetObjectCommand, PutObjectCommand, S3Client, type ObjectLockMode } from '@aws-sdk/client-s3';
import { createS3Store, type ObjectStore } from '@lethe/object-store';
import { createTestBucket, type TestBucket } from '@lethe/object-store/testing';
import { serverVariable } from '@lethe/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { blockIds, keysOf } from '../testing/keys.js';
import { sweepKeys } from './sweep-keys.js';

const NEVER = new AbortController().signal;
const KEYS = keysOf('org1', blockIds('kinds', 12));
const [FIRST, SECOND, THIRD] = KEYS as [string, string, string];
const NEIGHBOURS = [
  'org1/',
  'org1/0',
  'org1/zzz',
  `${FIRST}.part`,
  FIRST.slice(0, -1),
  FIRST.replace('org1', 'org10'),
  'zzz',
].sort();

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

type Kind = 'unversioned' | 'versioned' | 'suspended' | 'locked';
async function setUp(kind: Kind): Promise<{ bucket: TestBucket; store: ObjectStore }> {
  const bucket = await createTestBucket(serverVariable, { objectLock: kind === 'locked' });
  if (kind === 'versioned') await bucket.versioning('Enabled');
  const store = createS3Store(bucket.options());
  open.push(bucket, store);
  await bucket.put(...NEIGHBOURS);
  return { bucket, store };
}
const seconds = (time: Date) => time.toISOString().replace(/\.\d+/, '');
const sweep = (store: ObjectStore, keys = KEYS) => sweepKeys(store, 'org1/', keys, NEVER);

describe('sweepKeys', () => {
  it('deletes what is under the keys of a bucket without versions, and nothing else', async () => {
    const { bucket, store } = await setUp('unversioned');
    await bucket.put(...KEYS);
    expect(await sweep(store)).toMatchObject({ left: undefined });
    expect(await bucket.contents()).toEqual(NEIGHBOURS);
    expect(await sweep(store)).toMatchObject({ left: undefined });
  });

  it.each(['versioned', 'suspended'] as const)('deletes versions and markers (%s)', async (kind) => {
    const { bucket, store } = await setUp('versioned');
    await bucket.put(...KEYS, ...KEYS, FIRST);
    await bucket.mark(...KEYS.slice(3), FIRST);
    if (kind === 'suspended') {
      await bucket.versioning('Suspended');
      await bucket.put(SECOND, THIRD); // the null version, beside the others
      await bucket.mark(THIRD);
    }
    expect(await sweep(store)).toMatchObject({ left: undefined });
    expect(await bucket.contents()).toEqual(NEIGHBOURS);
  });

  it('deletes delete markers that stand alone', async () => {
    const { bucket, store } = await setUp('versioned');
    await bucket.mark(...KEYS);
    expect(await bucket.contents()).toHaveLength(KEYS.length + NEIGHBOURS.length);
    expect(await sweep(store)).toMatchObject({ left: undefined });
    expect(await bucket.contents()).toEqual(NEIGHBOURS);
  });

  it('aborts unfinished uploads, several for one key too, and leaves those of neighbours', async () => {
    const { bucket, store } = await setUp('unversioned');
    await bucket.begin(...KEYS, FIRST, FIRST, `${FIRST}.part`, FIRST.replace('org1', 'org10'));
    expect(await sweep(store)).toMatchObject({ left: undefined });
    const left = [...NEIGHBOURS, `${FIRST}.part`, FIRST.replace('org1', 'org10')];
    expect(await bucket.contents()).toEqual(left.sort());
  });

  it('deletes more versions of one key than rounds of listings hold', async () => {
    const { bucket, store } = await setUp('versioned');
    await bucket.put(...KEYS, ...Array<string>(60).fill(SECOND));
    await bucket.begin(...Array<string>(25).fill(THIRD));
    const small = createS3Store(bucket.options({ listingItems: 10 }));
    open.push(small);
    expect(await sweep(small)).toMatchObject({ left: undefined });
    expect(await bucket.contents()).toEqual(NEIGHBOURS);
    expect(await sweep(store)).toMatchObject({ left: undefined });
  });

  it('deletes more than a thousand versions of one key', { timeout: 120_000 }, async () => {
    const { bucket, store } = await setUp('versioned');
    await bucket.put(FIRST, ...Array<string>(1_100).fill(SECOND), THIRD);
    expect(await sweep(store)).toMatchObject({ left: undefined });
    expect(await bucket.contents()).toEqual(NEIGHBOURS);
  });

  it.each(['GOVERNANCE', 'COMPLIANCE'] as const satisfies ObjectLockMode[])(
    'never bypasses a lock (%s): says what is left, and deletes the rest of the page',
    async (mode) => {
      const { bucket, store } = await setUp('locked');
      await bucket.put(...KEYS);
      const until = new Date(Date.now() + 3_600_000);
      const locked = { ObjectLockMode: mode, ObjectLockRetainUntilDate: until };
      for (const Key of [FIRST, THIRD])
        await bucket.admin.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body: 'x', ...locked }));
      expect(await sweep(store)).toMatchObject({
        found: KEYS.length,
        left: { keys: new Set([FIRST, THIRD]), kind: 'blocked', reason: `2 blocked until ${seconds(until)}` },
      });
      expect(await bucket.contents()).toEqual([...NEIGHBOURS, FIRST, THIRD].sort());
    },
  );

  it('asks nothing of the store when there are no keys', async () => {
    const store = createS3Store({
      ...(await setUp('unversioned')).bucket.options(),
      endpoint: 'http://[::1]:9',
    });
    open.push(store);
    expect(await sweep(store, [])).toMatchObject({ found: 0, missing: 0, left: undefined });
    await expect(sweep(store)).rejects.toThrow();
  });

  it('corrects a hint that went wrong: a bucket that has versions since', async () => {
    const { bucket, store } = await setUp('unversioned');
    await bucket.put(FIRST);
    expect(await store.mayHaveVersions()).toBe(false);
    await bucket.versioning('Enabled');
    await bucket.put(...KEYS);
    expect(await store.mayHaveVersions()).toBe(false); // still believed
    expect(await sweep(store)).toMatchObject({ left: undefined });
    expect(await bucket.contents()).toEqual(NEIGHBOURS);
  });

  it('deletes nothing once told to stop', async () => {
    const { bucket, store } = await setUp('unversioned');
    await bucket.put(...KEYS);
    await expect(sweepKeys(store, 'org1/', KEYS, AbortSignal.abort(new Error('lost')))).rejects.toThrow(
      'lost',
    );
    expect(await bucket.contents()).toEqual([...NEIGHBOURS, ...KEYS].sort());
  });

  it('uses credentials that cannot put, nor read', async () => {
    const { bucket } = await setUp('unversioned');
    const { endpoint, region, forcePathStyle, ...keys } = bucket.options();
    const client = new S3Client({ endpoint, region, forcePathStyle, credentials: keys });
    open.push({ close: () => client.destroy() });
    const at = { Bucket: bucket.name, Key: 'zzz' };
    await expect(client.send(new PutObjectCommand({ ...at, Body: 'y' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
    await expect(client.send(new GetObjectCommand(at))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
  });
});
