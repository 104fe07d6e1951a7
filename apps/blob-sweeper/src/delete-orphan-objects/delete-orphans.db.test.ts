import { PutObjectCommand } from '@aws-sdk/client-s3';
import { createS3Store, type ObjectStore } from '@lethe/object-store';
import { createTestBucket, type TestBucket } from '@lethe/object-store/testing';
import { createLogger } from '@lethe/telemetry';
import { serverVariable } from '@lethe/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blockIds, keysOf } from '../testing/keys.js';
import { scriptedRealms, type ScriptedRealms } from '../testing/scripted-realms.js';
import { deleteOrphans } from './delete-orphans.js';

const IDS = blockIds('delete-orphans', 8);
const NEIGHBOURS = [...keysOf('org10', IDS), `org1/${IDS[0]}.part`, 'org1/x'].sort();
const LATER = new Date(Date.now() + 3_600_000);
const NEVER = new AbortController().signal;
const open: { close(): void }[] = [];
let bucket: TestBucket;
let store: ObjectStore;
let realms: ScriptedRealms;
beforeEach(async () => {
  await setUp();
  realms = scriptedRealms();
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});
async function setUp(objectLock = false): Promise<void> {
  bucket = await createTestBucket(serverVariable, { objectLock });
  store = createS3Store(bucket.options());
  open.push(bucket, store);
  await bucket.put(...NEIGHBOURS, ...keysOf('org1', IDS));
}
const run = ({ oldBefore = LATER, cancelled = NEVER, lost = NEVER, ids = IDS, of = store } = {}) =>
  deleteOrphans(
    { realms, store: of, oldBefore, logger: createLogger('test', 'silent') },
    {
      organizationId: 'org1',
      ids,
      uploadsOnly: new Set(),
      orderedBy: 'operator-1',
      listDigest: 'a'.repeat(64),
    },
    { cancelled, lost },
  );
const left = (...ids: string[]) => [...NEIGHBOURS, ...keysOf('org1', ids)].sort();
const pardons = (swept: boolean) => [...realms.pardons].filter(([, s]) => s === swept).map(([id]) => id);

describe('an order to delete orphans', () => {
  it('deletes what no row names, and keeps the rest; all are pardoned, the swept ones later', async () => {
    const [first, second, ...others] = IDS as [string, string, ...string[]];
    realms.rows.set(first, 'live').set(second, 'purged');
    const done = { deleted: others, kept: [first, second], left: [], reason: '' };
    for (let n = 0; n < 2; n++) {
      expect(await run()).toEqual(done);
      expect(await bucket.contents()).toEqual(left(first, second));
    }
    expect([pardons(true), pardons(false)]).toEqual([others, [first, second]]);
    expect(realms.condemned.size).toBe(0);
  });

  it('deletes versions, markers and unfinished uploads', async () => {
    await bucket.versioning('Enabled');
    await bucket.put(...keysOf('org1', IDS));
    await bucket.mark(...keysOf('org1', IDS.slice(3)));
    await bucket.begin(...keysOf('org1', IDS.slice(5)));
    expect(await run()).toMatchObject({ deleted: IDS, left: [] });
    expect(await bucket.contents()).toEqual(NEIGHBOURS);
  });

  it('looks at their age behind the condemnation: what was put since then is kept', async () => {
    await bucket.versioning('Enabled');
    const [young, ...old] = IDS as [string, ...string[]];
    const aged: ObjectStore = {
      ...store,
      async listVersions(...args) {
        const page = await store.listVersions(...args);
        const isYoung = (key: string) => key === `org1/${young}` && realms.condemned.has(young);
        const modified = (key: string) => new Date(isYoung(key) ? LATER.getTime() + 1 : 0);
        return { ...page, items: page.items.map((item) => ({ ...item, modified: modified(item.key) })) };
      },
    };
    expect(await run({ of: aged })).toMatchObject({ deleted: old, kept: [young] });
    expect(pardons(false)).toEqual([young]);
    expect(await run({ oldBefore: new Date(0) })).toMatchObject({ deleted: old, kept: [young] });
    expect(await bucket.contents()).toEqual(left(young));
  });

  it('never bypasses a lock: says what is left, and why', async () => {
    await setUp(true);
    const locked = { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: LATER } as const;
    const Key = `org1/${IDS[4]}`;
    await bucket.admin.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body: 'x', ...locked }));
    const done = await run();
    expect(done).toMatchObject({ left: [IDS[4]], deleted: IDS.filter((id) => id !== IDS[4]), kept: [] });
    expect(done.reason).toMatch(/^1 blocked until/);
    expect(await bucket.contents()).toEqual(left(IDS[4]!));
  });

  it('deletes nothing when nobody promises anything, and pardons all the same', async () => {
    realms.before = (what) => {
      if (what === 'condemn') throw new Error('away');
    };
    await expect(run()).rejects.toThrow();
    expect(await bucket.contents()).toEqual(left(...IDS));
    expect(pardons(false)).toEqual(IDS);
  });

  it('deletes nothing once it is cancelled, and pardons', async () => {
    await expect(run({ cancelled: AbortSignal.abort() })).rejects.toThrow();
    expect(await bucket.contents()).toEqual(left(...IDS));
    expect([realms.condemned.size, realms.pardons.size]).toEqual([0, IDS.length]);
  });

  it('pardons nothing once its lock is lost: another order may have condemned the same', async () => {
    await expect(run({ lost: AbortSignal.abort() })).rejects.toThrow();
    expect(await bucket.contents()).toEqual(left(...IDS));
    expect([realms.condemned.size, realms.pardons.size]).toEqual([IDS.length, 0]);
    // The next order ends that.
    expect(await run()).toMatchObject({ deleted: IDS });
    expect(realms.condemned.size).toBe(0);
  });

  it('is no success where the pardon failed; repeated it is', async () => {
    realms.before = (what) => {
      if (what === 'pardon') throw new Error('away');
    };
    await expect(run()).rejects.toThrow('away');
    expect([realms.condemned.size, await bucket.contents()]).toEqual([IDS.length, NEIGHBOURS]);
    realms.before = () => undefined;
    expect(await run()).toMatchObject({ deleted: IDS });
    expect(realms.condemned.size).toBe(0);
  });

  it('ends with the error of a store that does not do as asked, pardoned as if it had', async () => {
    const of: ObjectStore = {
      ...store,
      deleteKeys: () => Promise.reject(new TypeError('socket')),
      deleteVersions: () => Promise.reject(new TypeError('socket')),
    };
    await expect(run({ of })).rejects.toMatchObject({ reason: 'STORE_FAILED' });
    expect(pardons(true)).toEqual(IDS);
  });
});
