import { createS3Store, type ListedVersion, type ObjectStore } from '@lethe/object-store';
import { createTestBucket, type TestBucket } from '@lethe/object-store/testing';
import { serverVariable } from '@lethe/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blockIds, keysOf } from '../testing/keys.js';
import { scriptedRealms, type ScriptedRealms } from '../testing/scripted-realms.js';
import { compareStore, type Comparable, type ComparedRange } from './compare.js';

const IDS = blockIds('orphans', 60);
const LATER = new Date(Date.now() + 3_600_000);
let bucket: TestBucket;
let store: ObjectStore;
let realms: ScriptedRealms;
beforeEach(async () => {
  bucket = await createTestBucket(serverVariable);
  store = createS3Store(bucket.options({ listingItems: 7 }));
  realms = scriptedRealms();
});
afterEach(() => {
  store.close();
  bucket.close();
});

async function compare(
  of: Comparable = store,
  { rangeItems = 10, signal = new AbortController().signal } = {},
) {
  const ranges: ComparedRange[] = [];
  const comparing = { realms, organizationId: 'org1', oldBefore: LATER, rangeItems, signal };
  for await (const range of compareStore({ ...comparing, store: () => Promise.resolve(of) }))
    ranges.push(range);
  const sum = (what: 'objects' | 'rows' | 'foreign') => ranges.reduce((n, range) => n + range[what], 0);
  return {
    orphans: ranges.flatMap((range) => range.orphans.map(({ id }) => id)),
    missing: ranges.flatMap((range) => range.missing),
    counts: [sum('objects'), sum('rows'), sum('foreign')],
    largest: Math.max(...ranges.map((range) => Math.max(range.orphans.length, range.missing.length))),
  };
}
/** Every kind of id: with an object, a row, both. */
const [BOTH, ORPHANS, MISSING, DYING] = [
  IDS.slice(0, 20),
  IDS.slice(20, 35),
  IDS.slice(35, 50),
  IDS.slice(50),
];
const mixed = (ids: readonly string[]) => ids.toSorted((a, b) => (a.slice(9) < b.slice(9) ? -1 : 1));

describe('a comparison', () => {
  it.each([3, 10, 59, 60, 61, 1_000])(
    'finds objects without a row and rows without an object, in ranges of %i',
    async (rangeItems) => {
      await bucket.put(...keysOf('org1', mixed([...BOTH, ...ORPHANS, ...DYING.slice(5)])));
      const foreign = ['org1/', 'org1/x', `org1/${IDS[30]}.part`, 'org1/zzz', 'org1/é'];
      await bucket.put(...foreign, ...keysOf('org10', ORPHANS), ...keysOf('org', ORPHANS));
      for (const id of [...BOTH, ...MISSING]) realms.rows.set(id, 'live');
      for (const id of DYING) realms.rows.set(id, 'purged');
      const { largest, ...found } = await compare(store, { rangeItems });
      expect(found).toEqual({ orphans: ORPHANS, missing: MISSING, counts: [40, 45, 5] });
      expect(largest).toBeLessThanOrEqual(rangeItems);
    },
  );

  it('finds all objects of an organization without rows, and none in an empty store', async () => {
    expect(await compare()).toMatchObject({ orphans: [], missing: [], counts: [0, 0, 0] });
    await bucket.put(...keysOf('org1', IDS));
    expect(await compare()).toMatchObject({ orphans: IDS, missing: [], counts: [60, 0, 0] });
  });

  it('knows what is registered while it lists, and misses no object of what came behind the listing', async () => {
    await bucket.put(...keysOf('org1', IDS.slice(0, 30)));
    let asked = 0;
    realms.before = () => {
      if (++asked === 2) for (const id of IDS) realms.rows.set(id, 'live');
    };
    expect(await compare(store, { rangeItems: 1_000 })).toMatchObject({ orphans: [], missing: [] });
  });

  it('takes nothing for an orphan that a purge swept while it was listed', async () => {
    await bucket.put(...keysOf('org1', IDS));
    for (const id of DYING) realms.rows.set(id, 'purged');
    let asked = 0;
    realms.before = () => {
      if (++asked === 2) for (const id of DYING) realms.rows.delete(id);
    };
    expect((await compare(store, { rangeItems: 1_000 })).orphans).toEqual(IDS.slice(0, 50));
  });

  it('shows ids that a broken order left condemned, with their object or without', async () => {
    await bucket.put(...keysOf('org1', BOTH));
    for (const id of BOTH.slice(5)) realms.rows.set(id, 'live');
    for (const id of [...BOTH.slice(0, 3), ...ORPHANS.slice(0, 2)]) realms.condemned.add(id);
    const orphans = [...BOTH.slice(0, 5), ...ORPHANS.slice(0, 2)].sort();
    expect(await compare()).toMatchObject({ orphans, missing: [], counts: [20, 15, 0] });
  });

  it('counts versions and markers, and takes a row whose object is hidden by a marker for missing', async () => {
    await bucket.versioning('Enabled');
    await bucket.put(...keysOf('org1', [...BOTH, ...BOTH, ...ORPHANS]));
    const [hidden, ...others] = BOTH as [string, ...string[]];
    await bucket.put(...Array<string>(10).fill(`org1/${others[3]}`));
    await bucket.mark(`org1/${hidden}`, `org1/${ORPHANS[0]}`);
    for (const id of BOTH) realms.rows.set(id, 'live');
    expect(await compare()).toMatchObject({ orphans: ORPHANS, missing: [hidden], counts: [35, 20, 0] });
  });

  it('leaves out what is younger, also where only one of its versions or its marker is', async () => {
    const young = new Set(keysOf('org1', ORPHANS.slice(0, 4)));
    const strange = new Set(keysOf('org1', ORPHANS.slice(4, 6)));
    await bucket.versioning('Enabled');
    await bucket.put(...keysOf('org1', ORPHANS));
    await bucket.mark(...young);
    const aged: typeof store = {
      ...store,
      async listVersions(prefix, after, most) {
        const page = await store.listVersions(prefix, after, most);
        const age = (item: ListedVersion) => ({
          ...item,
          modified: item.isMarker
            ? new Date(LATER.getTime() + 1)
            : strange.has(item.key)
              ? new Date(NaN)
              : item.modified,
        });
        return { ...page, items: page.items.map(age) };
      },
    };
    expect((await compare(aged)).orphans).toEqual(ORPHANS.slice(6));
  });

  it.each([1, 2, 3, 4, 5])('ends with the first error of the realms (%i)', async (when) => {
    await bucket.put(...keysOf('org1', IDS));
    let asked = 0;
    realms.before = () => {
      if (++asked === when) throw new Error('away');
    };
    await expect(compare()).rejects.toThrow('away');
  });

  it.each([1, 2, 6])('ends with the first error of the store (%i)', async (when) => {
    await bucket.put(...keysOf('org1', IDS));
    let asked = 0;
    const broken: typeof store = {
      ...store,
      listVersions: (...args) =>
        ++asked === when ? Promise.reject(new Error('org1/secret key')) : store.listVersions(...args),
    };
    const failure = compare(broken);
    await expect(failure).rejects.toMatchObject({
      reason: 'STORE_FAILED',
      message: expect.not.stringMatching(/secret/),
    });
  });

  it('believes no listing that is out of order or goes round in a circle', async () => {
    const item = (id: string) => ({
      key: `org1/${id}`,
      versionId: 'null',
      bytes: 1,
      modified: new Date(0),
      isMarker: false,
    });
    const [a, b, c] = IDS as [string, string, string];
    const listings: [string[], string | undefined][][] = [
      [[[b, a], undefined]],
      [
        [[a, b], `org1/${b}`],
        [[], `org1/${a}`],
      ],
      [
        [[a, b], `org1/${b}`],
        [[c, b], undefined],
      ],
    ];
    for (const pages of listings) {
      let n = 0;
      const listVersions = () => {
        const [ids, last] = pages[Math.min(n++, pages.length - 1)]!;
        return Promise.resolve({ items: ids.map(item), last });
      };
      await expect(compare({ ...store, listVersions })).rejects.toMatchObject({ reason: 'STORE_FAILED' });
    }
  });

  it('lists no further once nobody listens', async () => {
    await expect(compare(store, { signal: AbortSignal.abort() })).rejects.toThrow();
  });
});
