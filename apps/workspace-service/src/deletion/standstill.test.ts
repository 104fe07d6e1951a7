import { describe, expect, it } from 'vitest';
import { at, factsOf, participant, said } from '../testing/purge-facts.js';
import { standstillOf, type PurgeFacts } from './standstill.js';

const PATIENCE = { noProgressSeconds: 180 };
const BOTH = [participant('blob-sweeper'), participant('realm-purge')];
const THREE = [...BOTH, participant('search')];
const reported = (name: string, seconds: number) => participant(name, { report_time: at(seconds) });
const kept = { keep_blocks: true };

interface Expected {
  /** Who is silent, and since which second. */
  readonly silent?: Readonly<Record<string, number>>;
  readonly still?: number;
  readonly turn?: number;
}

describe('standstillOf', () => {
  it.each<[string, number, PurgeFacts, Expected]>([
    ['nobody has said anything yet', 179, factsOf({}, BOTH), { turn: 180 }],
    [
      'nobody has said anything for too long',
      180,
      factsOf({}, BOTH),
      { silent: { 'blob-sweeper': 0, 'realm-purge': 0 }, still: 0 },
    ],
    [
      'one who counts blocks speaks for all who do',
      300,
      factsOf({}, BOTH, [said('realm-purge', { at: 200 })]),
      { turn: 380 },
    ],
    [
      'others who say nothing are named all the same',
      300,
      factsOf({}, THREE, [said('realm-purge', { at: 200 })]),
      { silent: { search: 0 }, turn: 380 },
    ],
    [
      'another’s word says nothing of blocks',
      300,
      factsOf({}, THREE, [said('search', { at: 299 })]),
      { silent: { 'blob-sweeper': 0, 'realm-purge': 0 }, turn: 479 },
    ],
    [
      'the same word again is no silence, and no progress either',
      400,
      factsOf({}, [participant('search')], [said('search', { at: 399, changed: 100 })]),
      { still: 100, turn: 579 },
    ],
    [
      'who has reported is silent no more, and the report was a change',
      300,
      factsOf({}, [reported('realm-purge', 250), participant('search')]),
      { silent: { search: 0 }, turn: 430 },
    ],
    [
      'all have reported, and still nothing comes of it',
      500,
      factsOf({}, [reported('blob-sweeper', 200), reported('realm-purge', 250)]),
      { still: 250 },
    ],
    ['paused: an operator’s doing', 9_999, factsOf({ pause_time: at(5) }, THREE), {}],
    ['resumed: counted anew', 1_100, factsOf({ order_time: at(1_000) }, BOTH), { turn: 1_180 }],
    [
      'resumed, and still nothing',
      1_180,
      factsOf({ order_time: at(1_000) }, BOTH),
      { silent: { 'blob-sweeper': 1_000, 'realm-purge': 1_000 }, still: 1_000 },
    ],
    [
      'kept, and those who count blocks have begun: they wait for the release, others do not',
      999,
      factsOf(kept, THREE, [said('realm-purge', { at: 3 })]),
      { silent: { search: 0 } },
    ],
    [
      'kept, and nobody has begun',
      999,
      factsOf(kept, BOTH),
      { silent: { 'blob-sweeper': 0, 'realm-purge': 0 } },
    ],
    [
      'released, and nothing goes',
      1_180,
      factsOf({ ...kept, release_time: at(1_000), order_time: at(1_000) }, BOTH, [
        said('realm-purge', { at: 3 }),
      ]),
      { silent: { 'blob-sweeper': 1_000, 'realm-purge': 1_000 }, still: 1_000 },
    ],
    [
      'blocked until a known time',
      5_000,
      factsOf({}, BOTH, [said('realm-purge', { at: 100, blockedUntil: 6_000 })]),
      { turn: 6_180 },
    ],
    [
      'in quarantine until a known time: uploads that were under way at the fence are waited for',
      3_000,
      factsOf({}, BOTH, [said('realm-purge', { at: 100, blockedUntil: 3_600, type: 'Quarantine' })]),
      { turn: 3_780 },
    ],
    [
      'delayed for months: blocks that are not due are waited for',
      3_000_000,
      factsOf({}, BOTH, [said('realm-purge', { at: 100, blockedUntil: 9_000_000, type: 'SweepDelayed' })]),
      { turn: 9_000_180 },
    ],
    [
      'blocked until a time that has come: those who wait for it have their turn first',
      6_100,
      factsOf({}, BOTH, [said('realm-purge', { at: 100, blockedUntil: 6_000 })]),
      { turn: 6_180 },
    ],
    [
      'blocked until a time long over',
      6_180,
      factsOf({}, BOTH, [said('realm-purge', { at: 100, blockedUntil: 6_000 })]),
      { silent: { 'blob-sweeper': 6_000, 'realm-purge': 6_000 }, still: 6_000 },
    ],
    [
      'blocked, nobody knows until when',
      5_000,
      factsOf({}, BOTH, [said('realm-purge', { at: 4_990, changed: 100, blockedUntil: null })]),
      { silent: { 'blob-sweeper': 100 }, still: 100, turn: 5_170 },
    ],
    [
      'another is blocked until a known time: that is none of the blocks’',
      5_000,
      factsOf({}, THREE, [said('search', { at: 100, blockedUntil: 6_000 })]),
      { silent: { 'blob-sweeper': 0, 'realm-purge': 0 }, turn: 6_180 },
    ],
    ['scheduled', 9_999, factsOf({ state: 'scheduled', grant_time: null }, []), {}],
    ['purged', 9_999, factsOf({ state: 'purged' }, BOTH), {}],
  ])('%s (at %i s)', (_, now, facts, { silent = {}, still, turn }) => {
    const found = standstillOf(facts, PATIENCE, at(now));
    expect(Object.fromEntries(found.silent.map((s) => [s.participant, s.since]))).toEqual(
      Object.fromEntries(Object.entries(silent).map(([name, seconds]) => [name, at(seconds)])),
    );
    expect(found.noProgressSince).toEqual(still === undefined ? undefined : at(still));
    expect(found.turnTime).toEqual(turn === undefined ? undefined : at(turn));
  });

  it('turns exactly when it says: the same before, another one then', () => {
    const facts = factsOf({}, THREE, [said('realm-purge', { at: 100 }), said('search', { at: 40 })]);
    let now = at(0);
    const turns: number[] = [];
    for (let turn = standstillOf(facts, PATIENCE, now).turnTime; turn !== undefined;) {
      const before = standstillOf(facts, PATIENCE, now);
      expect(standstillOf(facts, PATIENCE, new Date(turn.getTime() - 1))).toEqual(before);
      now = turn;
      turns.push((turn.getTime() - at(0).getTime()) / 1000);
      turn = standstillOf(facts, PATIENCE, now).turnTime;
      expect(standstillOf(facts, PATIENCE, now)).not.toEqual(before);
    }
    expect(turns).toEqual([220, 280]);
  });
});
