import type { ObjectStore } from '@lethe/object-store';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockIds } from '../testing/keys.js';
import { listedUploads } from './listed-uploads.js';

const IDS = blockIds('listed-uploads', 4);
/** Under which stores keep uploads, and the place behind which they list when told a key: each its own. */
const ORDERS = {
  amazon: { nameOf: (key: string, id: string) => `${key}\0${id}`, placeOf: (key: string) => `${key}\uffff` },
  ceph: { nameOf: (key: string, id: string) => `${key}.${id}.meta`, placeOf: (key: string) => key },
  swift: { nameOf: (key: string, id: string) => `${key}/${id}`, placeOf: (key: string) => `${key}/~` },
};
interface Begun {
  readonly key: string;
  readonly uploadId: string;
  readonly initiated: Date;
}

function storeOf(kind: keyof typeof ORDERS, uploads: readonly Begun[], items: number) {
  const { nameOf, placeOf } = ORDERS[kind];
  const named = uploads.map((upload) => ({ ...upload, name: nameOf(upload.key, upload.uploadId) }));
  // Amazon's marker passes over the key alone, not over what begins with it.
  const isBehind = (upload: (typeof named)[number], after: string) =>
    kind === 'amazon' ? upload.key > after : upload.name > placeOf(after);
  const listUploads: ObjectStore['listUploads'] = (prefix, after) => {
    const found = named
      .filter((upload) => upload.key.startsWith(prefix) && (after === '' || isBehind(upload, after)))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const shown = found.slice(0, items);
    return Promise.resolve({ items: shown, last: found.length > items ? shown.at(-1)?.key : undefined });
  };
  return { listUploads };
}

const name = fc.oneof(
  fc.constantFrom(...IDS),
  fc
    .tuple(fc.constantFrom(...IDS), fc.constantFrom('.1', '.9', '-', '/1', '~'))
    .map((parts) => parts.join('')),
  fc.constantFrom('', 'x', 'x.1', 'x/1', IDS[1]!.slice(0, 8), IDS[2]!.slice(0, 30)),
);

describe('a listing of unfinished uploads', () => {
  it.each(['amazon', 'ceph', 'swift'] as const)(
    'finds each of a block in the order of %s, and says of none that it is older than it is',
    async (kind) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(name, { maxLength: 30 }),
          fc.integer({ min: 1, max: 8 }),
          fc.option(fc.constantFrom(...IDS), { nil: undefined }),
          async (names, items, after) => {
            const uploads = names.map((one, n) => ({
              key: `org1/${one}`,
              uploadId: `2~${(n * 7) % 31}`.padEnd(6, 'u'),
              initiated: new Date(n),
            }));
            const times = (id: string) => names.flatMap((one, n) => (one === id ? [n] : []));
            const found = new Map<string, number[]>();
            const order: string[] = [];
            for await (const { id, begun } of listedUploads(storeOf(kind, uploads, items), 'org1', after)) {
              if (order.at(-1) !== id) order.push(id);
              found.set(id, [...(found.get(id) ?? []), begun]);
            }
            expect(order).toEqual([...found.keys()].sort());
            for (const id of IDS) {
              const [is, all] = [found.get(id) ?? [], times(id)];
              if (after !== undefined && id <= after) expect(is).toEqual([]);
              else if (names.filter((one) => one.startsWith(id)).length <= items)
                expect(is.toSorted((a, b) => a - b)).toEqual(all);
              // Not all that begins with it fits into one listing: all of them, or some without their time, or none.
              else if (is.length > 0 && !is.every(Number.isNaN))
                expect(is.toSorted((a, b) => a - b)).toEqual(all);
            }
          },
        ),
        { numRuns: 1_000 },
      );
    },
  );
});
