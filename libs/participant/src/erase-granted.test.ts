import { randomUUID } from 'node:crypto';
import { Grant, type Condition, type ErasureEvidence } from '@lethe/contracts';
import { createLogger, createMetrics, type Metrics } from '@lethe/telemetry';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Authority, ErasureReported } from './authority.js';
import { createErasing, type Erase, type Erased } from './erase-granted.js';

const INTERVAL_MS = 1_000;

/** What the authority has: open grants by workspace, in pages of two, and what it was told. */
let open: Map<string, Grant>;
let revoked: Set<string>;
let answer: ErasureReported;
let reports: { workspaceId: string; evidence: ErasureEvidence }[];
let said: { workspaceId: string; conditions: Condition[] }[];
const authority: Authority = {
  grant: (workspaceId) => Promise.resolve(revoked.has(workspaceId) ? undefined : open.get(workspaceId)),
  async *openGrants() {
    const all = [...open.values()];
    for (let at = 0; at < all.length; at += 2) yield await Promise.resolve(all.slice(at, at + 2));
  },
  reportErasure(workspaceId, _epoch, evidence) {
    reports.push({ workspaceId, evidence });
    if (answer.kind === 'reported') open.delete(workspaceId);
    return Promise.resolve(answer);
  },
  reportProgress(workspaceId, _epoch, _progress, conditions) {
    said.push({ workspaceId, conditions });
    return Promise.resolve();
  },
  close: () => undefined,
};
const allow = (over: Partial<Grant> = {}): string => {
  const workspaceId = randomUUID();
  open.set(workspaceId, Grant.fromPartial({ workspaceId, organizationId: 'org1', epoch: 2, ...over }));
  return workspaceId;
};
const change = (workspaceId: string, over: Partial<Grant>) =>
  open.set(workspaceId, { ...open.get(workspaceId)!, ...over });

let metrics: Metrics;
let nowMs: number;
let called: string[];
const more: Erased = { kind: 'more' };
const done: Erased = { kind: 'done', removed: { documents: 7 } };
/** A process of the participant, whose owner erases as told. */
const participant = (erase: (workspaceId: string) => Erased | Promise<Erased>) => {
  const run = createErasing({
    authority,
    erase: async ({ workspaceId }) => {
      called.push(workspaceId);
      return erase(workspaceId);
    },
    intervalMs: INTERVAL_MS,
    logger: createLogger('test', 'silent'),
    metrics,
    nowMs: () => nowMs,
  });
  return (signal = new AbortController().signal) => run(signal);
};
beforeEach(() => {
  [open, revoked, answer] = [new Map(), new Set(), { kind: 'reported' }];
  [reports, said, called] = [[], [], []];
  [metrics, nowMs] = [createMetrics('test'), 0];
});

describe('a run', () => {
  it('erases what is granted, on every page, and reports the counts', async () => {
    const ids = [allow(), allow(), allow(), allow(), allow()];
    const run = participant(() => done);
    expect(await run()).toMatchObject({ counts: { found: 5, reported: 5 }, more: false });
    expect(reports).toEqual(
      ids.map((workspaceId) => ({
        workspaceId,
        evidence: { removed: { documents: 7 }, blocks: undefined },
      })),
    );
    expect(await run()).toMatchObject({ counts: { found: 0 }, more: false });
  });

  it('gives each grant one piece, so that a giant delays nobody, and goes on at once', async () => {
    const [giant, a, b] = [allow(), allow(), allow()];
    let pieces = 3;
    const run = participant((id) => (id === giant && pieces-- > 0 ? more : done));
    expect(await run()).toMatchObject({ counts: { continued: 1, reported: 2 }, more: true });
    expect(called).toEqual([giant, a, b]);
    await run();
    await run();
    expect(await run()).toMatchObject({ counts: { found: 1, reported: 1 }, more: false });
  });

  it('touches nothing that is paused, or not granted when it asks again', async () => {
    const paused = allow({ paused: true });
    const [gone, elsewhere, pausedMeanwhile] = [allow(), allow(), allow()];
    const run = participant(() => done);
    revoked.add(gone);
    const grant = authority.grant.bind(authority);
    authority.grant = async (id, epoch) => {
      const found = await grant(id, epoch);
      if (id === elsewhere) return { ...found!, organizationId: 'org10' };
      return id === pausedMeanwhile ? { ...found!, paused: true } : found;
    };
    expect(await run()).toMatchObject({ counts: { found: 4, paused: 2, withdrawn: 2 }, more: false });
    authority.grant = grant;
    expect([called, reports, said]).toEqual([[], [], []]);
    change(paused, { paused: false });
    expect(await run()).toMatchObject({ counts: { reported: 3 } });
  });

  it('goes on with the others when one fails, and tries that one later and later', async () => {
    const bad = allow();
    allow();
    let mended = false;
    const run = participant((id) => {
      if (id === bad && !mended) throw new Error('broken');
      return done;
    });
    expect(await run()).toMatchObject({ counts: { failed: 1, reported: 1 }, more: false });
    const attempts: number[] = [];
    for (; nowMs < 200_000; nowMs += 500) if ((await run()).counts['failed'] === 1) attempts.push(nowMs);
    expect(attempts).toEqual([1_000, 3_000, 7_000, 15_000, 31_000, 63_000, 123_000, 183_000]);
    mended = true;
    nowMs = 300_000;
    expect(await run()).toMatchObject({ counts: { reported: 1 } });
  });

  it('tries at once what an operator tells to try again', async () => {
    const bad = allow();
    const run = participant(() => Promise.reject(new Error('broken')));
    await run();
    expect((await run()).counts).toMatchObject({ waiting: 1, failed: 0 });
    change(bad, { retries: 1 });
    expect((await run()).counts).toMatchObject({ waiting: 0, failed: 1 });
    expect((await run()).counts).toMatchObject({ waiting: 1, failed: 0 });
  });

  it('says what blocks, once, and takes it back before it reports', async () => {
    const id = allow();
    const until = new Date(1e12);
    let erased: Erased = { kind: 'blocked', reason: '3 documents are locked', until };
    const run = participant(() => erased);
    for (; nowMs < 10_000; nowMs += 1_000) await run();
    const condition = { type: 'Blocked', message: '3 documents are locked', until };
    expect(said).toMatchObject([{ workspaceId: id, conditions: [condition] }]);
    expect(reports).toEqual([]);
    [erased, nowMs] = [more, 100_000];
    await run();
    await run();
    expect(said.slice(1)).toEqual([{ workspaceId: id, conditions: [] }]);
  });

  it('says now and then that a long erasure goes on, and takes that back before it reports', async () => {
    allow();
    let pieces = 0;
    const run = participant(() => (++pieces < 100 ? more : done));
    for (; reports.length === 0; nowMs += 1_000) await run();
    const told = said.map(({ conditions }) => conditions.map(({ message }) => message).join());
    expect(told).toEqual([
      '21 pieces so far',
      '41 pieces so far',
      '61 pieces so far',
      '81 pieces so far',
      '',
    ]);
  });

  it('takes back what a process before it may have said', async () => {
    const id = allow();
    await participant(() => ({ kind: 'blocked', reason: 'locked' }))();
    await participant(() => done)();
    expect(said.at(-1)).toEqual({ workspaceId: id, conditions: [] });
    expect(reports).toHaveLength(1);
  });

  it('raises an alarm when a report is refused, and waits before it repeats it', async () => {
    allow();
    answer = { kind: 'refused', reason: 'EVIDENCE_CHANGED', message: 'no' };
    const run = participant(() => done);
    expect((await run()).counts).toMatchObject({ refused: 1 });
    expect((await run()).counts).toMatchObject({ refused: 0, waiting: 1 });
    expect((await metrics.alarms.get()).values).toMatchObject([
      { labels: { alarm: 'report_refused' }, value: 1 },
    ]);
  });

  it('stops between two grants, and calls nothing a failure that stopping broke off', async () => {
    allow();
    allow();
    const stop = new AbortController();
    const run = participant(() => {
      stop.abort();
      throw new Error('aborted');
    });
    expect((await run(stop.signal)).counts).toMatchObject({ found: 1, failed: 0 });
    expect(called).toHaveLength(1);
    expect((await run(AbortSignal.abort())).counts).toMatchObject({ found: 0 });
  });

  it('rejects while the authority is away', async () => {
    const { openGrants } = authority;
    authority.openGrants = () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('away')) }),
    });
    await expect(participant(() => done)()).rejects.toThrow('away');
    authority.openGrants = openGrants;
  });
});

it('hands the owner the grant and a signal', async () => {
  allow({ replayOf: 'before' });
  const got: Parameters<Erase>[] = [];
  const { signal } = new AbortController();
  const logger = createLogger('test', 'silent');
  await createErasing({
    authority,
    erase: (...args) => {
      got.push(args);
      return Promise.resolve(done);
    },
    intervalMs: 1,
    logger,
    metrics,
  })(signal);
  expect(got).toMatchObject([[{ replayOf: 'before' }, signal]]);
});
