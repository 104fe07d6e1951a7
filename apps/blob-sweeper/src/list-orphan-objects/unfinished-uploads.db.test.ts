import { createS3Store, type ListedUpload, type ObjectStore } from '@lethe/object-store';
import { createTestBucket, type TestBucket, type TestBucketOptions } from '@lethe/object-store/testing';
import { serverVariable } from '@lethe/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blockIds, keysOf } from '../testing/keys.js';
import { scriptedRealms, type ScriptedRealms } from '../testing/scripted-realms.js';
import { compareStore, type Comparable, type ComparedRange } from './compare.js';

const IDS = blockIds('unfinished', 24);
const LATER = new Date(Date.now() + 3_600_000);
/** More than one listing shows at once. */
const LISTING = 7;
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
async function setUp(options?: TestBucketOptions): Promise<void> {
  bucket = await createTestBucket(serverVariable, options);
  store = createS3Store(bucket.options({ listingItems: LISTING }));
  open.push(bucket, store);
}

async function compare(of: Comparable = store, rangeItems = 10) {
  const ranges: ComparedRange[] = [];
  const signal = new AbortController().signal;
  const comparing = { realms, organizationId: 'org1', oldBefore: LATER, rangeItems, signal };
  for await (const range of compareStore({ ...comparing, store: () => Promise.resolve(of) }))
    ranges.push(range);
  const sum = (what: 'objects' | 'uploads' | 'foreign') => ranges.reduce((n, range) => n + range[what], 0);
  return {
    orphans: ranges.flatMap((range) => range.orphans.map((one) => [one.id, one.versions, one.uploads])),
    missing: ranges.flatMap((range) => range.missing),
    counts: [sum('objects'), sum('uploads'), sum('foreign')],
    largest: Math.max(...ranges.map((range) => range.orphans.length)),
  };
}
/** A store whose listings say something else of uploads. */
const saying = (change: (upload: ListedUpload) => Date): Comparable => ({
  ...store,
  async listUploads(...args) {
    const page = await store.listUploads(...args);
    return { ...page, items: page.items.map((item) => ({ ...item, initiated: change(item) })) };
  },
});

describe('a comparison of unfinished uploads', () => {
  it.each([2, 7, 1_000])('finds those under keys that no row names, in ranges of %i', async (most) => {
    const [alone, beside, known, dying] = [
      IDS.slice(0, 8),
      IDS.slice(8, 12),
      IDS.slice(12, 16),
      IDS.slice(16),
    ];
    const [twice = '', ...once] = alone;
    await bucket.put(...keysOf('org1', [...beside, ...known.slice(1)]), 'org1/x');
    await bucket.begin(...keysOf('org1', IDS), `org1/${twice}`);
    const foreign = IDS.slice(5, 9).flatMap((id) => [`org1/${id}.1`, `org1/${id}.9`, `org1/${id}/1`]);
    const many = Array<string>(LISTING + 1).fill('org1/x');
    await bucket.begin('org1/', 'org1/y.1', 'org1/y', ...many, ...foreign, ...keysOf('org10', alone));
    for (const id of known) realms.rows.set(id, 'live');
    for (const id of dying) realms.rows.set(id, 'purged');
    const { largest, ...found } = await compare(store, most);
    expect(found).toEqual({
      orphans: [[twice, 0, 2], ...once.map((id) => [id, 0, 1]), ...beside.map((id) => [id, 1, 1])],
      missing: [known[0]],
      counts: [7, 25, 1],
    });
    expect(largest).toBeLessThanOrEqual(most);
  });

  it('shows those that a broken order left condemned as what they are', async () => {
    await bucket.begin(`org1/${IDS[3]}`);
    for (const id of IDS.slice(2, 5)) realms.condemned.add(id);
    const orphans = [2, 3, 4].map((n) => [IDS[n], 0, n === 3 ? 1 : 0]);
    expect(await compare()).toMatchObject({ orphans, missing: [] });
  });

  it('leaves out keys with one that is younger, or of which nobody knows when it was begun', async () => {
    await bucket.put(...keysOf('org1', IDS.slice(0, 4)));
    await bucket.begin(...keysOf('org1', [...IDS.slice(0, 8), ...IDS.slice(0, 8)]));
    const young = new Map(IDS.map((id, n) => [`org1/${id}`, n % 4]));
    const seen = new Set<string>();
    const times = [new Date(NaN), new Date(LATER.getTime() + 1), new Date(LATER), new Date(0)];
    // The second of each two is what the listing says; the first is old.
    const of = saying(({ key }) => {
      if (seen.has(key)) return times[young.get(key) ?? 0]!;
      seen.add(key);
      return new Date(0);
    });
    const old = [2, 3, 6, 7];
    expect((await compare(of, 1_000)).orphans).toEqual(old.map((n) => [IDS[n], n < 4 ? 1 : 0, 2]));
  });

  it('leaves out a key with more of them than a listing shows, and finds its neighbours', async () => {
    const [before, many, behind] = IDS as [string, string, string];
    await bucket.begin(...keysOf('org1', [before, behind, ...Array<string>(LISTING + 1).fill(many)]));
    expect((await compare()).orphans).toEqual([
      [before, 0, 1],
      [behind, 0, 1],
    ]);
  });

  it('knows what is registered while it lists, and nothing that a purge swept meanwhile', async () => {
    await bucket.begin(...keysOf('org1', IDS));
    for (const id of IDS.slice(12)) realms.rows.set(id, 'purged');
    let asked = 0;
    realms.before = () => {
      if (++asked !== 2) return;
      for (const id of IDS.slice(0, 12)) realms.rows.set(id, 'live');
      for (const id of IDS.slice(12)) realms.rows.delete(id);
    };
    expect(await compare(store, 1_000)).toMatchObject({ orphans: [], missing: [] });
  });

  it.each([1, 2, 4])('ends with the first error of their listing (%i)', async (when) => {
    await bucket.begin(...keysOf('org1', IDS));
    let asked = 0;
    const broken: Comparable = {
      ...store,
      listUploads: (...args) =>
        ++asked === when ? Promise.reject(new Error('org1/secret key')) : store.listUploads(...args),
    };
    await expect(compare(broken)).rejects.toMatchObject({
      reason: 'STORE_FAILED',
      message: expect.not.stringMatching(/secret/),
    });
  });

  it('says nothing where they may not be listed', async () => {
    await setUp({ denied: ['ListBucketMultipartUploads'] });
    await bucket.put(...keysOf('org1', IDS));
    await expect(compare()).rejects.toMatchObject({ reason: 'STORE_FAILED' });
  });

  it('believes no listing of them that is out of order or goes round in a circle', async () => {
    const [a, b, c] = IDS as [string, string, string];
    const listings: [string[], string | undefined][][] = [
      [[[b, a], undefined]],
      [
        [[a, b], `org1/${c}.2`],
        [['x'], `org1/${b}.1`],
      ],
      [
        [['x.1'], 'org1/x.1'],
        [['x'], 'org1/x'],
      ],
      [[['x'], 'org1/x']],
    ];
    for (const pages of listings) {
      let n = 0;
      const listUploads = () => {
        const [ids, last] = pages[n++ % pages.length]!;
        const item = (id: string) => ({ key: `org1/${id}`, uploadId: 'u', initiated: new Date(0) });
        return Promise.resolve({ items: ids.map(item), last });
      };
      await expect(compare({ ...store, listUploads })).rejects.toMatchObject({ reason: 'STORE_FAILED' });
    }
  });
});
