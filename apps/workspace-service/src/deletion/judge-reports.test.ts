import { ErasureEvidence } from '@lethe/contracts';
import { describe, expect, it } from 'vitest';
import { evidence } from '../testing/stories.js';
import type { ParticipantRow } from './deletion.sql.js';
import { judgeReports } from './judge-reports.js';

function row(
  participant: string,
  report: ErasureEvidence | null = evidence(),
  counts = true,
): ParticipantRow {
  return {
    deletion_id: 'd',
    participant,
    gives_block_evidence: counts,
    evidence: report && ErasureEvidence.toJSON(report),
    report_time: report && new Date(0),
    report_form: 2,
  };
}
const PLAIN = { release_time: null, sweep_time: null, unproven_blocks: null, unproven_epoch: null };
const judge = (...rows: ParticipantRow[]) => judgeReports(rows, PLAIN);
const reasonOf = (...rows: ParticipantRow[]) => {
  const judgement = judge(...rows);
  return judgement.kind === 'contradiction' ? judgement.reason : judgement.kind;
};

describe('judgeReports', () => {
  it('agrees when all have reported and counted the same, with or without another who counts nothing', () => {
    const none = { removed: { mails: 1 }, blocks: undefined };
    const judgement = judge(row('a'), row('b', evidence({ stores: [] })), row('mail', none, false));
    expect(judgement).toMatchObject({
      kind: 'agreement',
      blocks: { pages: 1, total: 5, swept: 4, retained: 1, root: '07'.repeat(32) },
      participants: [
        { participant: 'a', removed: { vlobs: 3 }, stores: ['primary'] },
        { participant: 'b', stores: [] },
        { participant: 'mail', blocks: null },
      ],
    });
  });

  it.each([
    ['agreement', null, evidence()],
    ['agreement', new Date(0), evidence()],
    ['a reported blocks gone while they were kept', new Date(1), evidence()],
    [
      'agreement',
      new Date(1),
      evidence({ pages: 0, blocksTotal: 0, blocksSwept: 0, blocksRetained: 0, stores: [] }),
    ],
  ])('is %s when kept blocks were released at %o', (expected, releaseTime, reported) => {
    const judgement = judgeReports([row('a', reported), row('b', reported)], {
      ...PLAIN,
      release_time: releaseTime,
    });
    expect(judgement.kind === 'contradiction' ? judgement.reason : judgement.kind).toBe(expected);
  });

  it.each([
    ['agreement', new Date(0), evidence()],
    ['a reported blocks gone before they were due', new Date(1), evidence()],
    [
      'agreement',
      new Date(1),
      evidence({ pages: 0, blocksTotal: 0, blocksSwept: 0, blocksRetained: 0, stores: [] }),
    ],
  ])('is %s when blocks were due at %o', (expected, due, reported) => {
    const judgement = judgeReports([row('a', reported), row('b', reported)], { ...PLAIN, sweep_time: due });
    expect(judgement.kind === 'contradiction' ? judgement.reason : judgement.kind).toBe(expected);
  });

  it.each([
    ['agreement', 5],
    ['6 blocks that epoch 2 reported were never shown to be gone, and these reports account for 5', 6],
  ])('is %s when %i blocks were never shown to be gone before', (expected, unproven) => {
    const deletion = { ...PLAIN, unproven_blocks: unproven, unproven_epoch: 2 };
    const judgement = judgeReports([row('a'), row('b')], deletion);
    expect(judgement.kind === 'contradiction' ? judgement.reason : judgement.kind).toBe(expected);
    expect(judgeReports([row('a'), row('b', null)], deletion)).toMatchObject({ kind: 'incomplete' });
  });

  it('waits for each that has not reported, whatever the others say', () => {
    expect(judge(row('a'), row('b', null), row('c', null))).toEqual({
      kind: 'incomplete',
      waitingFor: ['b', 'c'],
    });
    expect(reasonOf(row('a'), row('b', evidence({ pages: 9 })), row('c', null))).toBe('incomplete');
  });
  it('calls a grant without participants a contradiction', () => {
    expect(reasonOf()).toMatch(/no participant/);
  });
  it('calls a single count, or none, a contradiction', () => {
    const none = { removed: {}, blocks: undefined };
    expect(reasonOf(row('a'))).toMatch(/fewer than two/);
    expect(reasonOf(row('a', none, false), row('b', none, false))).toMatch(/fewer than two/);
    expect(reasonOf(row('a'), row('b', none))).toMatch(/b reported without block evidence/);
  });
  it.each([
    ['pages', { pages: 2 }],
    ['total', { blocksTotal: 6, blocksSwept: 5 }],
    ['swept and retained', { blocksSwept: 3, blocksRetained: 2 }],
    ['root', { root: Buffer.alloc(32, 8) }],
  ])('calls other %s a contradiction and names both', (_, other) => {
    expect(reasonOf(row('a'), row('b', evidence(other)))).toMatch(/^a and b disagree/);
    expect(reasonOf(row('a'), row('b'), row('c', evidence(other), false))).toMatch(/^a and c disagree/);
  });
  it('calls counts that do not add up a contradiction, though all agree on them', () => {
    const odd = evidence({ blocksRetained: 0 });
    expect(reasonOf(row('a', odd), row('b', odd))).toMatch(/do not add up/);
  });
  it('calls blocks that were read back from no store a contradiction', () => {
    const nowhere = evidence({ stores: [] });
    expect(reasonOf(row('a', nowhere), row('b', nowhere))).toMatch(/names a store/);
    const empty = evidence({ pages: 0, blocksTotal: 0, blocksSwept: 0, blocksRetained: 0, stores: [] });
    expect(judge(row('a', empty), row('b', empty)).kind).toBe('agreement');
  });
});
