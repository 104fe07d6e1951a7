import { createS3Store } from '@lethe/object-store';
import {
  createFaultProxy,
  createTestBucket,
  type FaultProxy,
  type S3Request,
  type TestBucket,
} from '@lethe/object-store/testing';
import { serverVariable } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockIds, keysOf } from '../testing/keys.js';
import { sweepKeys } from './sweep-keys.js';

const NEVER = new AbortController().signal;
/** As many keys in a page as items in a listing. */
const PAGE = 100;
const OBJECTS = keysOf('org1', blockIds('density', 1_200));
let bucket: TestBucket;
let proxy: FaultProxy;
beforeAll(async () => {
  bucket = await createTestBucket(serverVariable);
  proxy = await createFaultProxy(serverVariable('S3_ENDPOINT'));
  await bucket.put(...OBJECTS);
}, 120_000);
afterAll(async () => {
  bucket.close();
  await proxy.close();
});

interface Requests {
  listings: number;
  lookups: number;
  /** That were asked for, at most. */
  items: number;
}
/** Sweeps the keys page by page; what it took to find them, and to read them back. */
async function sweep(keys: readonly string[], listingItems: number) {
  const store = createS3Store(bucket.options({ endpoint: proxy.endpoint, listingItems }));
  const sum: Record<'find' | 'readBack', Requests> = {
    find: { listings: 0, lookups: 0, items: 0 },
    readBack: { listings: 0, lookups: 0, items: 0 },
  };
  const count = (to: Requests, requests: readonly S3Request[]) => {
    for (const { query } of requests.filter(({ operation }) => operation === 'ListObjectVersions')) {
      to[query.get('prefix') === 'org1/' ? 'listings' : 'lookups'] += 1;
      to.items += query.get('prefix') === 'org1/' ? Number(query.get('max-keys')) : 0;
    }
  };
  for (let at = 0; at < keys.length; at += PAGE) {
    const from = proxy.requests.length;
    const swept = await sweepKeys(store, 'org1/', keys.slice(at, at + PAGE), NEVER);
    expect(swept).toMatchObject({ found: Math.min(PAGE, keys.length - at), missing: 0, left: undefined });
    const requests = proxy.requests.slice(from);
    const deletion = requests.findIndex(({ operation }) => operation === 'DeleteObjects');
    expect(requests.filter(({ operation }) => operation === 'DeleteObjects')).toHaveLength(1);
    expect(requests.filter(({ operation }) => operation === 'ListMultipartUploads')).toHaveLength(1);
    count(sum.find, requests.slice(0, deletion));
    count(sum.readBack, requests.slice(deletion));
  }
  store.close();
  return sum;
}

/** In turn, on the same objects: each sweeps some of what those before left. */
describe('sweepKeys, by how densely the realm lies among others', { timeout: 120_000 }, () => {
  const left = new Set(OBJECTS);
  const take = (which: (n: number) => boolean) => {
    const keys = [...left].filter((_, n) => which(n));
    for (const key of keys) left.delete(key);
    return keys;
  };

  it('asks for each key where the realm is sparse, and wastes few listings to see that', async () => {
    const keys = take((n) => n % 200 === 100);
    const { find, readBack } = await sweep(keys, 1_000);
    expect(find.listings).toBeLessThanOrEqual(2);
    expect(find.items).toBeLessThanOrEqual(300);
    expect(find.lookups).toBeLessThanOrEqual(keys.length);
    expect(find.lookups).toBeGreaterThan(keys.length / 2);
    // What was seen at first is remembered: at most one listing more, where that pays.
    expect(readBack.listings).toBeLessThanOrEqual(1);
    expect(readBack.lookups).toBeGreaterThan(keys.length / 2);
    expect(readBack.lookups).toBeLessThanOrEqual(keys.length);
  });

  it('lists what half belongs to others in about one pass', async () => {
    const around = left.size;
    const { find, readBack } = await sweep(
      take((n) => n % 2 === 0),
      PAGE,
    );
    for (const pass of [find, readBack]) {
      expect(pass.listings).toBeLessThanOrEqual((1.1 * around) / PAGE);
      expect(pass.items).toBeLessThanOrEqual(1.1 * around);
      expect(pass.lookups).toBeLessThanOrEqual((3 * around) / (2 * PAGE));
    }
  });

  it('lists what is all of the realm in about one pass, and reads back next to nothing', async () => {
    const around = left.size;
    const { find, readBack } = await sweep(
      take(() => true),
      PAGE,
    );
    expect(find.listings).toBeLessThanOrEqual((1.1 * around) / PAGE);
    expect(find.lookups).toBeLessThanOrEqual(around / PAGE);
    expect(readBack).toMatchObject({ listings: Math.ceil(around / PAGE), lookups: 0 });
    expect(readBack.items).toBeLessThanOrEqual(0.15 * around);
    expect(await bucket.contents()).toEqual([]);
  });
});
