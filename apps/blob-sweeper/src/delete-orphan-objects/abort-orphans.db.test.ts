import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { createS3Store, type ObjectStore } from '@lethe/object-store';
import { createTestBucket, type TestBucket, type TestBucketOptions } from '@lethe/object-store/testing';
import { createLogger } from '@lethe/telemetry';
import { serverVariable } from '@lethe/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blockIds, keysOf } from '../testing/keys.js';
import { scriptedRealms, type ScriptedRealms } from '../testing/scripted-realms.js';
import { deleteOrphans } from './delete-orphans.js';

const IDS = blockIds('abort-orphans', 6);
const NEIGHBOURS = [...keysOf('org10', IDS), `org1/${IDS[0]}.part`, 'org1/x'].sort();
const LATER = new Date(Date.now() + 3_600_000);
const NEVER = new AbortController().signal;
const LISTING = 5;
const open: { close(): void }[] = [];
let bucket: TestBucket;
let store: ObjectStore;
let realms: ScriptedRealms;
beforeEach(async () => {
  realms = scriptedRealms();
  await setUp();
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});
async function setUp(options?: TestBucketOptions): Promise<void> {
  bucket = await createTestBucket(serverVariable, options);
  store = createS3Store(bucket.options({ listingItems: LISTING }));
  open.push(bucket, store);
  await bucket.begin(...NEIGHBOURS, ...keysOf('org1', IDS));
}
const run = ({ of = store, cancelled = NEVER, listed = IDS } = {}) =>
  deleteOrphans(
    { realms, store: of, oldBefore: LATER, logger: createLogger('test', 'silent') },
    {
      ...{ organizationId: 'org1', ids: IDS, uploadsOnly: new Set(listed) },
      ...{ orderedBy: 'operator-1', listDigest: 'a'.repeat(64) },
    },
    { cancelled, lost: NEVER },
  );
const left = (...ids: string[]) => [...NEIGHBOURS, ...keysOf('org1', ids)].sort();
const [first, ...others] = IDS as [string, ...string[]];

async function complete(Key: string): Promise<void> {
  const place = { Bucket: bucket.name, Key };
  const { UploadId } = await bucket.admin.send(new CreateMultipartUploadCommand(place));
  const part = { ...place, UploadId, PartNumber: 1 };
  const { ETag } = await bucket.admin.send(new UploadPartCommand({ ...part, Body: 'x' }));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  await bucket.admin.send(new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload }));
}

describe('an order to abort unfinished uploads', () => {
  it('aborts what no row names, keeps the rest, and pardons as for objects', async () => {
    realms.rows.set(first, 'live');
    for (let n = 0; n < 2; n++) {
      expect(await run()).toEqual({ deleted: others, kept: [first], left: [], reason: '' });
      expect(await bucket.contents()).toEqual(left(first));
    }
    expect(realms.condemned.size).toBe(0);
    expect([...realms.pardons].filter(([, swept]) => swept).map(([id]) => id)).toEqual(others);
  });

  it.each([false, true])(
    'keeps one that was completed since it was listed (versions: %s)',
    async (versions) => {
      if (versions) await bucket.versioning('Enabled');
      await complete(`org1/${first}`);
      expect(await run()).toMatchObject({ deleted: others, kept: [first] });
      expect(await bucket.contents()).toEqual(left(first, first));
      // An object that was listed goes with all that is under its key.
      expect(await run({ listed: others })).toMatchObject({ deleted: IDS });
      expect(await bucket.contents()).toEqual(NEIGHBOURS);
    },
  );

  it('keeps one of which only a marker is left since', async () => {
    await bucket.versioning('Enabled');
    await bucket.mark(`org1/${first}`);
    expect(await run()).toMatchObject({ deleted: others, kept: [first] });
  });

  it.each([
    ['was begun since', new Date(LATER.getTime() + 1)],
    ['was begun nobody knows when', new Date(NaN)],
  ])('keeps what is under a key where one %s, an old object too', async (_, initiated) => {
    await bucket.put(`org1/${first}`);
    const of: ObjectStore = {
      ...store,
      async listUploads(...args) {
        const page = await store.listUploads(...args);
        const ofIt = (key: string) => key === `org1/${first}` && realms.condemned.has(first);
        return { ...page, items: page.items.map((one) => (ofIt(one.key) ? { ...one, initiated } : one)) };
      },
    };
    expect(await run({ of, listed: others })).toMatchObject({ deleted: others, kept: [first] });
    expect(await bucket.contents()).toEqual(left(first, first));
    expect(realms.pardons.get(first)).toBe(false);
  });

  it('keeps a key with more of them than a listing shows: any may be young', async () => {
    await bucket.begin(...Array<string>(LISTING).fill(`org1/${first}`));
    expect(await run()).toMatchObject({ deleted: others, kept: [first] });
    expect(await bucket.contents()).toEqual(left(...Array<string>(LISTING + 1).fill(first)));
  });

  it('says what could not be aborted, and why', async () => {
    await setUp({ denied: ['AbortMultipartUpload'] });
    const done = await run();
    expect(done).toMatchObject({ deleted: [], left: IDS, kept: [] });
    expect(done.reason).toMatch(/AccessDenied/);
    expect([realms.condemned.size, await bucket.contents()]).toEqual([0, left(...IDS)]);
  });

  it('aborts nothing where they cannot be listed, once it is cancelled, or without a promise', async () => {
    const of: ObjectStore = { ...store, listUploads: () => Promise.reject(new TypeError('socket')) };
    await expect(run({ of })).rejects.toMatchObject({ reason: 'STORE_FAILED' });
    await expect(run({ cancelled: AbortSignal.abort() })).rejects.toThrow();
    realms.before = (what) => {
      if (what === 'condemn') throw new Error('away');
    };
    await expect(run()).rejects.toThrow();
    expect([realms.condemned.size, await bucket.contents()]).toEqual([0, left(...IDS)]);
  });
});
