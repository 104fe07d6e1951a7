import { DeletionProgress, ErasureEvidence, type Condition } from '@lethe/contracts';
import { describe, expect, it } from 'vitest';
import { at, factsOf, participant, said, typesOf } from '../testing/purge-facts.js';
import { evidence } from '../testing/stories.js';
import { conditionsOf, type DeletionFacts } from './conditions.js';
import { progressOf } from './describe-deletion.js';

const PATIENCE = { noProgressSeconds: 180 };
const BOTH = [participant('blob-sweeper'), participant('realm-purge')];
const of = (facts: DeletionFacts, seconds: number) => conditionsOf(facts, PATIENCE, at(seconds)).conditions;
const blocks = (blocksTotal: number, blocksSwept = 0) =>
  DeletionProgress.create({ blocksTotal, blocksSwept, blocksRetained: 0 });
const messageOf = (conditions: readonly Condition[], type: string) =>
  conditions.filter((c) => c.type === type).map(({ message, since }) => [message, since]);

describe('the conditions of a deletion', () => {
  it('say why a purge is paused and since when, and name no operator', () => {
    const paused = { pause_time: at(7), paused_by: 'olga', pause_reason: 'a mistake is feared' };
    const conditions = of(factsOf(paused, BOTH), 9_999);
    expect(typesOf(conditions)).toEqual(['Paused', 'ReportPending', 'ReportPending']);
    expect(messageOf(conditions, 'Paused')).toEqual([['an operator paused it: a mistake is feared', at(7)]]);
    expect(JSON.stringify(conditions)).not.toContain('olga');
  });

  it.each([
    [undefined, 'its blocks are kept until an operator releases them'],
    [blocks(0), 'its blocks are kept until an operator releases them'],
    [blocks(12), '12 blocks are kept until an operator releases them'],
    [blocks(12, 12), 'its blocks are kept until an operator releases them'],
  ])('say that blocks are kept, and how many when that is known', (progress, message) => {
    const facts = factsOf({ keep_blocks: true }, BOTH, [], { progress });
    expect(messageOf(of(facts, 1), 'BlocksKept')).toEqual([[message, at(0)]]);
    const released = factsOf({ keep_blocks: true, release_time: at(9) }, BOTH, [], { progress });
    expect(typesOf(of(released, 10))).not.toContain('BlocksKept');
  });

  it('name who is silent, and what stands still, with since when', () => {
    const facts = factsOf(
      {},
      [...BOTH, participant('search')],
      [said('realm-purge', { at: 20, blockedUntil: null })],
    );
    expect(typesOf(of(facts, 100))).toEqual(['Blocked', ...Array<string>(3).fill('ReportPending')]);
    const conditions = of(facts, 200);
    expect(messageOf(conditions, 'ParticipantSilent')).toEqual([
      ['blob-sweeper has not reported, and has said nothing for over 180 s', at(20)],
      ['realm-purge has not reported, and has said nothing for over 180 s', at(20)],
      ['search has not reported, and has said nothing for over 180 s', at(0)],
    ]);
    expect(messageOf(conditions, 'NoProgress')).toEqual([
      ['nothing that participants say has changed for over 180 s', at(20)],
    ]);
    // What is said does not age: the same facts say the same.
    expect(of(facts, 5_000)).toEqual(conditions);
  });

  it.each([
    ['the certificate is being written', {}],
    ['the certificate is withheld', { pause_time: at(9), pause_reason: 'r' }],
    ['the certificate is withheld', { keep_blocks: true }],
  ])('say once all have reported that %s', (message, row) => {
    const done = ['blob-sweeper', 'realm-purge'].map((name) =>
      participant(name, { report_time: at(5), evidence: ErasureEvidence.toJSON(evidence()) }),
    );
    const conditions = of(factsOf(row, done), 10);
    expect(messageOf(conditions, 'CertificatePending')).toEqual([[`all have reported; ${message}`, at(0)]]);
  });

  it('are sorted by type, source and message, whatever the order of what is known', () => {
    const conditions = ['Zeal', 'Blocked', 'blocked', 'Ärger'].flatMap((type) =>
      ['b', 'a'].map((message) => ({ type, message })),
    );
    const reports = ['search', 'realm-purge'].map((source) => ({
      ...said(source, { at: 1 }),
      conditions: conditions.map((condition) => ({ ...condition, source })),
    }));
    const participants = [...BOTH, participant('search')];
    const forwards = of(factsOf({}, participants, reports), 2);
    const backwards = of(
      factsOf({}, [...participants].reverse(), [
        ...[...reports]
          .reverse()
          .map((report) => ({ ...report, conditions: [...report.conditions].reverse() })),
      ]),
      2,
    );
    expect(JSON.stringify(backwards)).toBe(JSON.stringify(forwards));
    const keys = forwards.map(({ type, source, message }) => `${type}|${source}|${message}`);
    expect(keys.slice(0, 4)).toEqual([
      ...['Blocked|realm-purge|a', 'Blocked|realm-purge|b', 'Blocked|search|a', 'Blocked|search|b'],
    ]);
    expect(keys).toEqual([...keys].sort());
  });

  it('of what is over are none', () => {
    const reports = [said('realm-purge', { at: 1, blockedUntil: null })];
    for (const state of ['purged', 'restored'] as const)
      expect(conditionsOf(factsOf({ state }, BOTH, reports), PATIENCE, at(999))).toEqual({
        ...{ conditions: [], turnTime: undefined },
      });
  });
});

describe('the progress of a deletion', () => {
  const progress = { blocksTotal: 10, blocksSwept: 4, estimatedEndTime: at(90).toISOString() };
  const participants = [...BOTH, participant('search')];

  it('is what those say who count blocks, whoever spoke last', () => {
    const reports = [
      said('realm-purge', { at: 5, progress }),
      said('search', { at: 9, progress: { blocksTotal: 3 } }),
      said('blob-sweeper', { at: 8 }),
    ];
    expect(progressOf(reports, participants)).toMatchObject({
      ...{ blocksTotal: 10, blocksSwept: 4, estimatedEndTime: at(90) },
    });
    expect(progressOf(reports.slice(1, 2), participants)).toBeUndefined();
    expect(progressOf(reports.slice(2), participants)).toMatchObject({ blocksTotal: 0 });
  });

  it('is what was counted once it was, without an end to come', () => {
    const evidence = { removed: {}, blocks: { blocksTotal: 10, blocksSwept: 9, blocksRetained: 1 } };
    const done = [participant('realm-purge', { report_time: at(80), evidence }), ...participants.slice(0, 1)];
    expect(progressOf([said('realm-purge', { at: 5, progress })], done)).toMatchObject({
      ...{ blocksTotal: 10, blocksSwept: 9, blocksRetained: 1, estimatedEndTime: undefined },
    });
  });
});
