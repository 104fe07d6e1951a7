import { createS3Store } from '@lethe/object-store';
import { createTestBucket, type TestBucket } from '@lethe/object-store/testing';
import { serverVariable } from '@lethe/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockIds, keysOf } from '../testing/keys.js';
import { sweepKeys } from './sweep-keys.js';

const NEVER = new AbortController().signal;
let plain: TestBucket;
let versioned: TestBucket;

beforeAll(async () => {
  [plain, versioned] = [await createTestBucket(serverVariable), await createTestBucket(serverVariable)];
  await versioned.versioning('Enabled');
});
afterAll(() => {
  plain.close();
  versioned.close();
});

/** Few hex digits, so that ids lie close together and begin alike. */
const id = fc
  .array(fc.constantFrom('0', '7', 'f'), { minLength: 4, maxLength: 4 })
  .map((d) => `${d.join('')}0000-0000-0000-0000-00000000000${d[0]}`);
const ORGANIZATIONS = ['org1', 'org10', 'org', 'a&b<c>', '100%41', 'a b', 'x+y', 'Ünïcödé', '😀', '_x', '.'];
const SUFFIXES = ['', '.1', '.11', '!', '-', '/x', 'é', '😀', '\uFFFD'];
const place = fc.record({
  organization: fc.constantFrom(...ORGANIZATIONS),
  id,
  suffix: fc.constantFrom(...SUFFIXES),
  as: fc.constantFrom('put', 'mark', 'begin'),
});

describe('sweepKeys among neighbours', () => {
  it.each(['unversioned', 'versioned'] as const)(
    'leaves nothing of its keys, and everything else, whatever lies around and however small the listings (%s)',
    { timeout: 120_000 },
    async (kind) => {
      const bucket = kind === 'versioned' ? versioned : plain;
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...ORGANIZATIONS),
          fc.uniqueArray(id, { minLength: 1, maxLength: 12 }),
          fc.array(place, { maxLength: 40 }),
          fc.constantFrom(1, 2, 3, 7, 1_000),
          async (organization, ids, places, listingItems) => {
            const keys = keysOf(organization, ids.sort());
            for (const as of ['put', 'mark', 'begin'] as const) {
              const some = places.filter((p) => p.as === as);
              await bucket[as](...some.map((p) => `${p.organization}/${p.id}${p.suffix}`));
            }
            await bucket.put(...keys.filter((_, i) => i % 2 === 0));
            const before = await bucket.contents();
            const store = createS3Store(bucket.options({ listingItems }));
            try {
              expect(await sweepKeys(store, `${organization}/`, keys, NEVER)).toMatchObject({
                left: undefined,
              });
            } finally {
              store.close();
            }
            expect(await bucket.contents()).toEqual(before.filter((key) => !keys.includes(key)));
          },
        ),
        { numRuns: 25 },
      );
    },
  );

  it('finds an upload that the store lists behind those of longer keys', async () => {
    const keys = keysOf('order', blockIds('order', 3));
    const last = keys.at(-1)!;
    await plain.begin(`${last}.1`, `${last}.11`, last);
    const store = createS3Store(plain.options({ listingItems: 2 }));
    expect(await sweepKeys(store, 'order/', keys, NEVER)).toMatchObject({ left: undefined });
    store.close();
    const left = (await plain.contents()).filter((key) => key.startsWith('order/'));
    expect(left).toEqual([`${last}.1`, `${last}.11`]);
  });
});
