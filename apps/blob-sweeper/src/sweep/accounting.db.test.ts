import {
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
  type ObjectLockMode,
} from '@aws-sdk/client-s3';
import { createS3Store, type ObjectStore } from '@lethe/object-store';
import {
  createFaultProxy,
  createTestBucket,
  type FaultProxy,
  type TestBucket,
} from '@lethe/object-store/testing';
import { serverVariable } from '@lethe/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blockIds, keysOf } from '../testing/keys.js';
import { lookAtKeys } from './look-at-keys.js';
import { sweepKeys } from './sweep-keys.js';

const NEVER = new AbortController().signal;
const KEYS = keysOf('org1', blockIds('accounting', 20));
const [FIRST, SECOND, THIRD, FOURTH] = KEYS as [string, string, string, string];
const HOUR_MS = 3_600_000;

let proxy: FaultProxy;
let bucket: TestBucket;
let store: ObjectStore;
beforeEach(async () => {
  proxy = await createFaultProxy(serverVariable('S3_ENDPOINT'));
});
afterEach(async () => {
  store.close();
  bucket.close();
  await proxy.close();
});
async function setUp(objectLock = false): Promise<void> {
  bucket = await createTestBucket(serverVariable, { objectLock });
  store = createS3Store(bucket.options({ endpoint: proxy.endpoint }));
}
const sweep = () => sweepKeys(store, 'org1/', KEYS, NEVER);
const NOTHING = { found: 0, missing: 20, versions: 0, uploads: 0, readBack: ['listing'], left: undefined };

describe('what sweepKeys accounts for', () => {
  it('counts what it found and what was missing, and finds nothing the second time', async () => {
    await setUp();
    await bucket.put(...KEYS.slice(0, 15));
    await bucket.begin(FIRST, FIRST, KEYS[19]!);
    expect(await sweep()).toEqual({
      found: 16, // one of them by its upload alone
      missing: 4,
      versions: 15,
      uploads: 3,
      readBack: ['listing'],
      left: undefined,
    });
    expect(await sweep()).toEqual(NOTHING);
  });

  it('counts each version and marker once, however many passes it takes', async () => {
    await setUp();
    await bucket.versioning('Enabled');
    await bucket.put(...KEYS, ...Array<string>(30).fill(SECOND));
    await bucket.mark(THIRD, FOURTH, FOURTH);
    const all = (await bucket.contents()).length;
    expect(all).toBeGreaterThan(50);
    const small = createS3Store(bucket.options({ listingItems: 7 }));
    expect(await sweepKeys(small, 'org1/', KEYS, NEVER)).toMatchObject({
      found: 20,
      missing: 0,
      versions: all,
      uploads: 0,
      left: undefined,
    });
    small.close();
  });

  it('sends a page without versions five requests: uploads, listing, versioning, deletion, reading back', async () => {
    await setUp();
    await bucket.put(...KEYS);
    await sweep();
    expect(proxy.requests.map(({ operation }) => operation)).toEqual([
      'ListMultipartUploads',
      'ListObjectVersions',
      'GetBucketVersioning',
      'DeleteObjects',
      'ListObjectVersions',
    ]);
  });

  it('says what came back, and deletes none of it', async () => {
    await setUp();
    expect(await lookAtKeys(store, 'org1/', KEYS)).toEqual(NOTHING);
    await bucket.put(FIRST);
    await bucket.begin(SECOND);
    expect(await lookAtKeys(store, 'org1/', KEYS)).toMatchObject({
      found: 2,
      missing: 18,
      left: { keys: new Set([FIRST, SECOND]), reason: '2 CameBack' },
    });
    expect(await bucket.contents()).toEqual([FIRST, SECOND]);
  });
});

describe('what is locked', () => {
  const retain = (Key: string, until: Date, Mode: ObjectLockMode = 'COMPLIANCE') =>
    bucket.admin.send(
      new PutObjectRetentionCommand({
        Bucket: bucket.name,
        Key,
        Retention: { Mode, RetainUntilDate: until },
      }),
    );
  const hold = (Key: string, Status: 'ON' | 'OFF') =>
    bucket.admin.send(new PutObjectLegalHoldCommand({ Bucket: bucket.name, Key, LegalHold: { Status } }));
  const inSeconds = (ms: number) => new Date(Math.ceil((Date.now() + ms) / 1_000) * 1_000);

  it('is asked for once, then for its lock, and left until the last lock ends', async () => {
    await setUp(true);
    await bucket.put(...KEYS);
    const [soon, late] = [inSeconds(HOUR_MS), inSeconds(2 * HOUR_MS)];
    await retain(FIRST, late);
    await retain(SECOND, soon);
    expect(await sweep()).toMatchObject({
      found: 20,
      versions: 18,
      left: { keys: new Set([FIRST, SECOND]), kind: 'blocked', until: late },
    });
    expect(proxy.count('DeleteObjects')).toBe(1);
    expect(await bucket.contents()).toEqual([FIRST, SECOND]);
  });

  it('is left without a time under a legal hold, and goes when that is lifted', async () => {
    await setUp(true);
    await bucket.put(FIRST, SECOND);
    await hold(FIRST, 'ON');
    expect((await sweep()).left).toMatchObject({
      keys: new Set([FIRST]),
      kind: 'blocked',
      until: undefined,
      reason: '1 blocked until a hold is lifted',
    });
    await hold(FIRST, 'OFF');
    expect(await sweep()).toMatchObject({ found: 1, missing: 19, left: undefined });
    expect(await bucket.contents()).toEqual([]);
  });

  it('is left even with keys that may get around the lock', async () => {
    await setUp(true);
    await bucket.put(FIRST);
    const until = inSeconds(HOUR_MS);
    await retain(FIRST, until, 'GOVERNANCE');
    const owner = createS3Store(
      bucket.options({
        accessKeyId: serverVariable('S3_ADMIN_ACCESS_KEY_ID'),
        secretAccessKey: serverVariable('S3_ADMIN_SECRET_ACCESS_KEY'),
      }),
    );
    expect((await sweepKeys(owner, 'org1/', KEYS, NEVER)).left).toMatchObject({ kind: 'blocked', until });
    owner.close();
    expect(await bucket.contents()).toEqual([FIRST]);
  });
});
