import { ErasureEvidence } from '@lethe/contracts';
import { describe, expect, it } from 'vitest';
import { evidence, storeEvidence } from '../testing/stories.js';
import type { ParticipantRow } from './deletion.sql.js';
import { judgeStores } from './judge-stores.js';

type Blocks = Parameters<typeof evidence>[0];
const row = (participant: string, blocks: Blocks = {}, report_form = 2): ParticipantRow => ({
  deletion_id: 'd',
  participant,
  gives_block_evidence: true,
  evidence: ErasureEvidence.toJSON(evidence(blocks)),
  report_time: new Date(0),
  report_form,
});
const silent: Blocks = { stores: [], byStore: [], bytesTotal: 77 };
const reasonOf = (...rows: ParticipantRow[]) => {
  const judgement = judgeStores(rows);
  return judgement.kind === 'contradiction' ? judgement.reason : judgement.kind;
};

describe('judgeStores', () => {
  it('takes the evidence of who names stores, and the bytes of who knows them', () => {
    expect(judgeStores([row('purger', silent), row('sweeper')])).toEqual({
      kind: 'agreement',
      stores: [storeEvidence()],
      bytesTotal: 77,
    });
  });

  it('calls stores without evidence a contradiction, and certifies what was reported before there was any', () => {
    const bare: Blocks = { byStore: [] };
    expect(reasonOf(row('purger', silent), row('sweeper', bare))).toMatch(/^sweeper names stores without/);
    expect(judgeStores([row('purger', silent), row('sweeper', bare, 1)])).toMatchObject({
      kind: 'agreement',
      stores: undefined,
    });
    expect(judgeStores([row('purger', silent), row('sweeper', {}, 1)])).toMatchObject({
      stores: [storeEvidence()],
    });
  });

  it.each([
    ['too few', { keysFound: 3 }],
    ['too many', { keysMissing: 1 }],
  ])('calls %s keys of a store a contradiction', (_, over) => {
    const odd = { byStore: [{ ...storeEvidence(), ...over }] };
    expect(reasonOf(row('sweeper', odd))).toMatch(/sweeper swept 4 blocks, but primary accounts for/);
    expect(reasonOf(row('sweeper', odd, 1))).toMatch(/primary accounts for/);
  });

  it('calls other stores than those that are named a contradiction, and those that were not read back', () => {
    const other = { ...storeEvidence(), store: 'other' };
    expect(reasonOf(row('s', { byStore: [other] }))).toMatch(/of other stores than it names/);
    expect(reasonOf(row('s', { stores: [], byStore: [storeEvidence()] }))).toMatch(
      /of other stores than it names/,
    );
    expect(reasonOf(row('s', { byStore: [storeEvidence(), other], stores: ['primary', 'other'] }))).toMatch(
      /twice/,
    );
    expect(reasonOf(row('s', { byStore: [{ ...storeEvidence(), readBack: [] }] }))).toMatch(/read back/);
  });

  it('calls different stores or bytes of two participants a contradiction', () => {
    const other = { stores: ['other'], byStore: [{ ...storeEvidence(), store: 'other' }] };
    expect(reasonOf(row('a'), row('b', other))).toBe('a and b name different stores');
    const sameName = { byStore: [{ ...storeEvidence(), storeId: '00000000-0000-4000-8000-000000000009' }] };
    expect(reasonOf(row('a'), row('b', sameName))).toBe('a and b name different stores');
    expect(reasonOf(row('a', { bytesTotal: 5 }), row('b', { bytesTotal: 6 }))).toBe(
      'a counted 5 bytes, b counted 6 bytes',
    );
  });

  it('wants no store where nothing was swept, and says no bytes that nobody counted', () => {
    const none = { pages: 0, blocksTotal: 0, blocksSwept: 0, blocksRetained: 0, stores: [], byStore: [] };
    expect(judgeStores([row('a', none), row('b', none)])).toEqual({
      kind: 'agreement',
      stores: [],
      bytesTotal: 0,
    });
    const unknown = { ...silent, bytesTotal: 0 };
    expect(judgeStores([row('a', unknown), row('b')])).toMatchObject({ bytesTotal: null });
  });

  it('wants evidence of stores that are named though nothing was swept, but of the first form', () => {
    const retained = { blocksSwept: 0, blocksRetained: 5, byStore: [] };
    expect(reasonOf(row('a', retained))).toMatch(/^a names stores without/);
    expect(judgeStores([row('purger', silent), row('a', retained, 1)])).toMatchObject({
      kind: 'agreement',
      stores: undefined,
    });
    const accounted = { ...retained, byStore: [storeEvidence({ keysFound: 0, versionsDeleted: 0 })] };
    expect(judgeStores([row('a', accounted)])).toMatchObject({
      kind: 'agreement',
      stores: [{ keysFound: 0 }],
    });
  });
});
