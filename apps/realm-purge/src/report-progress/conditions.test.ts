import { describe, expect, it } from 'vitest';
import { conditionsOf } from './conditions.js';

type Purge = Parameters<typeof conditionsOf>[0];
type Pages = Parameters<typeof conditionsOf>[1];
const NOW = Date.parse('2026-03-01T12:00:00Z');
const ago = (seconds: number) => new Date(NOW - 1_000 * seconds);
const patience = { uploadQuarantineSeconds: 3_600, rereleaseMs: 60_000 };
const purge = (over: Partial<Purge> = {}) =>
  ({
    state: 'releasing',
    fence_time: ago(7_200),
    count_time: ago(7_000),
    blocks_total: 12_000,
    failures: 0,
    failure: null,
    fail_time: null,
    attention: null,
    room_time: null,
    removed: {},
    limit_per_second: null,
    limit_until: null,
    sweep_time: null,
    ...over,
  }) as Purge;
const pages = (over: Partial<Pages> = {}) =>
  ({
    time: new Date(NOW),
    in_flight: 2,
    silent: 0,
    silent_since: null,
    blocked_pages: 0,
    blocked: 0,
    blocked_reason: null,
    blocked_reasons: 0,
    blocked_since: null,
    blocked_until: null,
    ...over,
  }) as Pages;
const of = (said: Partial<Purge>, sums: Partial<Pages> = {}) =>
  conditionsOf(purge(said), pages(sums), patience).map(({ type, message, since, until }) => ({
    type,
    message,
    since,
    until,
  }));

describe('conditionsOf', () => {
  it('is empty when nothing holds it up', () => {
    expect(of({})).toEqual([]);
    expect(of({ failures: 2, failure: 'the database is away', room_time: ago(59) })).toEqual([]);
  });

  it('says how fast its organization may go, until the limit gives something again', () => {
    const limited = { limit_per_second: 1, limit_until: ago(-17) };
    const message = 'at most 1 block a second of its organization are released';
    expect(of(limited)).toEqual([{ type: 'Limited', message, since: undefined, until: ago(-17) }]);
    expect(of({ ...limited, limit_until: ago(0) })).toEqual([]);
    expect(of({ ...limited, state: 'closed' })).toEqual([]);
  });

  it('says how many rows are shredded, so that a long shredding is no standstill', () => {
    const shredding = {
      state: 'fenced',
      count_time: null,
      removed: { key_bundles: 2, vlob_atoms: 40 },
    } as const;
    expect(of(shredding)).toMatchObject([
      { type: 'Shredding', message: '42 rows of keys and metadata removed so far', since: ago(7_200) },
    ]);
    expect(of({ ...shredding, state: 'shredded' })).toEqual([]);
  });

  it('says how many blocks in how many pages are blocked, why, since when and until when', () => {
    const [since, until] = [ago(500), ago(-86_400)];
    const blocked = { blocked_pages: 3, blocked: 12, blocked_reason: 'locked', blocked_reasons: 1 };
    expect(of({}, { ...blocked, blocked_since: since, blocked_until: until })).toEqual([
      { type: 'Blocked', message: '12 blocks in 3 pages cannot be deleted: locked', since, until },
    ]);
    expect(of({}, { ...blocked, blocked_reasons: 3 })).toMatchObject([
      { message: '12 blocks in 3 pages cannot be deleted: locked; and 2 other reasons' },
    ]);
  });

  it('says how often steps fail in a row, and of what kind that is', () => {
    expect(of({ failures: 7, failure: 'the database is away', fail_time: ago(30) })).toEqual([
      {
        type: 'Failing',
        message: 'the last 7 steps failed: the database is away',
        since: ago(30),
        until: undefined,
      },
    ]);
  });

  it('says until when no block is released, and of how many', () => {
    const fenced = { fence_time: ago(600) };
    const until = ago(600 - 3_600);
    expect(of({ ...fenced, state: 'releasing' })).toEqual([
      {
        type: 'Quarantine',
        message: '12000 blocks: released when uploads under way at the fence are over',
        since: ago(600),
        until,
      },
    ]);
    expect(of({ ...fenced, state: 'fenced', count_time: null })).toMatchObject([
      { message: 'the blocks: released when uploads under way at the fence are over', until },
    ]);
    expect(of({ ...fenced, state: 'closed' })).toEqual([]);
    expect(of({ fence_time: ago(3_600) })).toEqual([]);
    expect(of({ state: 'ordered', fence_time: null })).toEqual([]);
  });

  it('says until when blocks stay behind the metadata, once that is gone', () => {
    const [shred_time, due] = [ago(7_100), ago(-86_400)];
    const delayed = { sweep_time: due, shred_time };
    const message = '12000 blocks stay, for backups of the metadata to find them';
    expect(of(delayed)).toEqual([{ type: 'SweepDelayed', message, since: shred_time, until: due }]);
    expect(of({ ...delayed, state: 'shredded', count_time: null })).toMatchObject([
      { message: 'the blocks stay, for backups of the metadata to find them', until: due },
    ]);
    for (const state of ['fenced', 'closed'] as const) expect(of({ ...delayed, state })).toEqual([]);
    expect(of({ ...delayed, sweep_time: ago(0) })).toEqual([]);
  });

  it('says how many pages wait for the sweeper, and since when the first of them does', () => {
    expect(of({}, { silent: 4, silent_since: ago(900) })).toEqual([
      {
        type: 'WaitingForSweeper',
        message: '4 pages without a receipt for more than 60 s',
        since: ago(900),
        until: undefined,
      },
    ]);
  });

  it('says that it waits for room, when that is no matter of a moment', () => {
    expect(of({ room_time: ago(61) })).toMatchObject([{ type: 'Queued', since: ago(61) }]);
  });

  it('names all that hold, by type, and says the same while the same holds', () => {
    const said = {
      attention: 'look',
      failures: 3,
      failure: 'x',
      fail_time: ago(9),
      room_time: ago(100),
      fence_time: ago(60),
      sweep_time: ago(-60),
    };
    const sums = { silent: 1, silent_since: ago(99), blocked_pages: 1, blocked: 1, blocked_reasons: 1 };
    const all = of(said, sums);
    expect(all.map(({ type }) => type)).toEqual([
      'Blocked',
      'Failing',
      'NeedsAttention',
      'Quarantine',
      'Queued',
      'SweepDelayed',
      'WaitingForSweeper',
    ]);
    expect(of(said, { ...sums, time: new Date(NOW + 30_000) })).toEqual(all);
  });

  it('is never longer than the authority takes', () => {
    expect(of({ attention: 'x'.repeat(5_000) })[0]?.message).toHaveLength(2_000);
  });
});
