import { createHash } from 'node:crypto';
import { DeletionKind, type Grant } from '@lethe/contracts';
import type { ObjectStore } from '@lethe/object-store';
import { describe, expect, it } from 'vitest';
import type { LedgerRow, PageResult, StoreOutcome } from '../sweep/ledger.sql.js';
import type { KeysSwept } from '../sweep/sweep-keys.js';
import type { ReleasedPage } from './judge-page.js';
import { cameBack, notAnswered, nothingKnown, resultOf, stillGone } from './page-result.js';

const GRANT: Grant = {
  deletionId: 'd',
  organizationId: 'org1',
  workspaceId: '00000000-0000-4000-8000-000000000001',
  epoch: 3,
  kind: DeletionKind.DELETION_PLANNED,
  grantTime: new Date('2027-01-01T00:00:00Z'),
  participants: [],
  paused: false,
  blocksKept: false,
  retries: 0,
  replayOf: '',
  sweepTime: undefined,
  blocksDue: true,
};
const store = (name: string, id = `id of ${name}`) => ({ name, id, kind: 's3' }) as ObjectStore;
const pageOf = (blockIds: readonly string[], cut: number): ReleasedPage => ({
  page: 0,
  blockIds,
  rowDigest: createHash('sha256').update('rows').digest(),
  rows: 4,
  cut,
});
const gone: KeysSwept = {
  ...{ found: 4, missing: 0, versions: 4, uploads: 0 },
  ...{ readBack: ['listing'], left: undefined },
};
const leaving = (...keys: string[]): KeysSwept => ({
  ...gone,
  left: { keys: new Set(keys), kind: 'permission', reason: 'AccessDenied', until: undefined },
});
const rowOf = (result: PageResult): LedgerRow => ({
  ...result,
  sweep_time: new Date(),
  block_time: result.state === 'blocked' ? new Date() : null,
});
const sweep = (page: ReleasedPage, swept: [ObjectStore, KeysSwept][], known?: LedgerRow) =>
  resultOf(GRANT, page, new Map(swept), known);
const [a, b] = [store('a'), store('b')];
const IDS = ['k1', 'k2', 'k3', 'k4'];
/** Three blocks are left in `b`. */
const first = () =>
  rowOf(
    sweep(pageOf(IDS, 1), [
      [a, gone],
      [b, leaving('k1', 'k2', 'k3')],
    ]),
  );
const seen = ({ outcomes }: Pick<PageResult, 'outcomes'>) =>
  outcomes.map(({ storeId, found, left }: StoreOutcome) => [storeId, found, left]);

describe('what was seen left in a store', () => {
  it('stands when the page is cut with other blocks and nothing can be swept', () => {
    const result = nothingKnown([a], GRANT, pageOf(IDS.slice(1), 2), 'b: NotConfigured', first());
    expect(seen(result)).toEqual([[b.id, 3, 3]]);
    const again = nothingKnown([a], GRANT, pageOf(IDS, 3), 'b: NotConfigured', rowOf(result));
    expect(seen(again)).toEqual([[b.id, 3, 3]]);
  });

  it('stands while that store does not answer and another says that something stays', () => {
    const staying: KeysSwept = {
      ...leaving('k4'),
      left: { ...leaving('k4').left!, kind: 'remains', remains: 1 },
    };
    const down = notAnswered(IDS, new Error('away'));
    for (const ids of [IDS, IDS.slice(1)])
      expect(
        seen(
          sweep(
            pageOf(ids, 2),
            [
              [a, staying],
              [b, down],
            ],
            first(),
          ),
        )[1],
      ).toEqual([b.id, ids === IDS ? 4 : 3, 3]);
  });

  it('counts once what went later, and nothing of other blocks', () => {
    const other = nothingKnown([a], GRANT, pageOf(IDS.slice(1), 2), 'b: NotConfigured', first());
    const three = { ...gone, found: 3, versions: 3 };
    const nothing = { ...gone, found: 0, missing: 3, versions: 0 };
    const result = sweep(
      pageOf(IDS.slice(1), 3),
      [
        [a, nothing],
        [b, three],
      ],
      rowOf(other),
    );
    expect(result).toMatchObject({ state: 'verified', outcomes: [{ found: 0 }, { found: 3, versions: 3 }] });
  });

  it('does not say that the rest was read back, once nothing is known', () => {
    const result = nothingKnown([a], GRANT, pageOf(IDS, 2), 'b: NotConfigured', first());
    expect(result.outcomes).toMatchObject([
      { storeId: a.id, found: 4, versions: 4, readBack: [] },
      { storeId: b.id, found: 4, left: 3, readBack: [] },
    ]);
  });
});

describe('a verified page', () => {
  it('of which keys are there that never were counts none of them twice, nor less than none', () => {
    const none = { ...gone, found: 0, missing: 4, versions: 0 };
    const known = rowOf(sweep(pageOf(IDS, 1), [[a, none]]));
    const outcomes = cameBack(new Map([[a, leaving('k1', 'k2')]]), known);
    expect(seen({ outcomes })).toEqual([[a.id, 0, 2]]);
    const since = { ...known, outcomes };
    expect(sweep(pageOf(IDS, 2), [[a, none]], since).outcomes).toMatchObject([{ found: 0, missing: 4 }]);
    const two = { ...gone, found: 2, missing: 2 };
    expect(sweep(pageOf(IDS, 2), [[a, two]], since).outcomes).toMatchObject([{ found: 2, missing: 2 }]);
  });

  it('has its stores by their present names, though a new one took the name of an old one', () => {
    const [old, renamed, young] = [store('primary', '1'), store('archive', '1'), store('primary', '2')];
    const known = rowOf(sweep(pageOf(IDS, 1), [[old, gone]]));
    const missing = { ...gone, found: 0, missing: 4, versions: 0 };
    const looks = new Map([renamed, young].map((one) => [one, missing]));
    expect(stillGone(looks, known, pageOf(IDS, 2))).toMatchObject({
      stores: ['archive', 'primary'],
      outcomes: [
        { store: 'archive', storeId: '1', found: 4 },
        { store: 'primary', storeId: '2', found: 0 },
      ],
    });
  });
});
