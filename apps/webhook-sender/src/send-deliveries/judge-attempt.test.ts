import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeAttempt, PAUSES_SECONDS } from './judge-attempt.js';

const NOW = new Date('2026-11-22T10:00:00Z');
const DAY = 86_400;
const answered = (status: number, retryAfter?: string) => ({ kind: 'answered', status, retryAfter }) as const;
const judge = (answer: Parameters<typeof judgeAttempt>[0], attempt = 1, random = 0.5) =>
  judgeAttempt(answer, attempt, { now: NOW, random });

describe('judgeAttempt', () => {
  it('takes every 2xx as delivered, on any attempt', () => {
    for (let status = 200; status < 300; status++)
      for (const attempt of [1, 10]) expect(judge(answered(status), attempt)).toEqual({ kind: 'delivered' });
  });

  it('takes 410 as gone, on any attempt', () => {
    for (const attempt of [1, 10])
      expect(judge(answered(410), attempt)).toEqual({ kind: 'gone', reason: 'answered 410' });
  });

  it('tries everything else again, a redirect and a broken connection too', () => {
    for (const status of [
      0, 101, 199, 300, 301, 302, 307, 308, 400, 401, 403, 404, 409, 411, 429, 500, 503, 599,
    ])
      expect(judge(answered(status))).toEqual({
        kind: 'retry',
        reason: `answered ${status}`,
        afterSeconds: 5,
      });
    expect(judge({ kind: 'failed', reason: 'ECONNREFUSED' })).toEqual({
      kind: 'retry',
      reason: 'ECONNREFUSED',
      afterSeconds: 5,
    });
  });

  it('waits as long as the convention says, and gives up after the tenth attempt', () => {
    const pauses = Array.from({ length: 9 }, (_, n) => judge(answered(500), n + 1));
    expect(pauses.map((it) => (it.kind === 'retry' ? it.afterSeconds : it.kind))).toEqual([
      5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400,
    ]);
    for (const attempt of [10, 11, 1000])
      expect(judge(answered(500), attempt)).toEqual({ kind: 'dead', reason: 'answered 500' });
  });

  it('spreads a pause by its own length around it, and never shortens a Retry-After', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.option(fc.nat(2 * DAY), { nil: undefined }),
        (attempt, random, asked) => {
          const judged = judge(answered(503, asked?.toString()), attempt, random);
          const pause = PAUSES_SECONDS[attempt - 1]!;
          expect(judged.kind).toBe('retry');
          if (judged.kind !== 'retry') return;
          expect(judged.afterSeconds).toBe(Math.max(pause * (0.5 + random), Math.min(asked ?? 0, DAY)));
        },
      ),
    );
  });

  it.each([
    ['120', 120],
    ['0', 5],
    ['Sun, 22 Nov 2026 10:10:00 GMT', 600],
    ['Sun, 22 Nov 2026 09:00:00 GMT', 5],
    ['Sun, 22 Nov 2099 10:00:00 GMT', DAY],
    ['9'.repeat(400), DAY],
    ['soon', 5],
    ['-1', 5],
    ['', 5],
  ])('reads Retry-After: %s', (retryAfter, afterSeconds) => {
    expect(judge(answered(429, retryAfter))).toMatchObject({ kind: 'retry', afterSeconds });
  });
});
