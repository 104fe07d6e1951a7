import { describe, expect, it } from 'vitest';
import { allowanceOf } from './allowance.js';

const seen = (perSecond: number, tokens: number, elapsedSeconds = 0) => ({
  perSecond,
  tokens,
  elapsedSeconds,
});

describe('what a limit leaves for a step', () => {
  it.each([
    { why: 'of a full bucket', bucket: seen(5_000, 0, 60), pages: 5 },
    { why: 'of a part of a page', bucket: seen(5_000, 1), pages: 1 },
    { why: 'of a limit below a page', bucket: seen(1, 0, 86_400), pages: 1 },
    { why: 'of an empty one', bucket: seen(5_000, 0), pages: 0 },
    { why: 'of one in debt', bucket: seen(5_000, -900, 0.1), pages: 0 },
    { why: 'of one whose clock was set back: to open it', bucket: seen(5_000, -900, -60), pages: 1 },
  ])('$why is $pages pages', ({ bucket, pages }) => {
    expect(allowanceOf('org1', bucket, 1_000).pages).toBe(pages);
  });

  it.each([
    { bucket: seen(1_000, -500), waitMs: 501 },
    { bucket: seen(1_000_000_000, -999), waitMs: 100 },
    { bucket: seen(1, -999), waitMs: 30_000 },
  ])('is worth a wait of $waitMs ms', ({ bucket, waitMs }) => {
    expect(allowanceOf('org1', bucket, 1_000).waitMs).toBe(waitMs);
  });

  it('is all without a limit', () => {
    expect(allowanceOf('org1', null, 1_000)).toMatchObject({ pages: Infinity, waitMs: 0 });
  });
});
