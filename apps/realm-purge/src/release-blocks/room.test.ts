import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roomFor, type Flying } from './room.js';

const WINDOWS = { windowPages: 16, maxPagesInFlight: 64 };
const room = (all: number, organization: number, own: number) => roomFor({ all, organization, own }, WINDOWS);

describe('roomFor', () => {
  it('is the window of a purge that is alone', () => {
    expect(room(0, 0, 0)).toBe(16);
    expect(room(10, 10, 10)).toBe(6);
    expect(room(16, 16, 16)).toBe(0);
  });

  it('leaves the last places to purges without a page, and the very last to organizations without one', () => {
    expect(room(47, 47, 10)).toBe(1);
    expect(room(48, 48, 10)).toBe(0);
    expect(room(48, 48, 0)).toBe(1);
    expect(room(56, 48, 0)).toBe(0);
    expect(room(56, 0, 0)).toBe(1);
    expect(room(63, 0, 0)).toBe(1);
    expect(room(64, 0, 0)).toBe(0);
  });

  it('keeps the bound, whoever takes what when, and never leaves all of them without a page', () => {
    const purges = fc.array(fc.nat(5), { minLength: 1, maxLength: 40 });
    const moves = fc.array(fc.tuple(fc.nat(), fc.boolean()), { maxLength: 300 });
    const windows = fc.record({
      windowPages: fc.integer({ min: 1, max: 20 }),
      maxPagesInFlight: fc.integer({ min: 1, max: 70 }),
    });
    fc.assert(
      fc.property(purges, moves, windows, (organizations, steps, limits) => {
        const own = organizations.map(() => 0);
        const sum = (of: (n: number) => boolean) => own.reduce((total, n, i) => total + (of(i) ? n : 0), 0);
        const flyingOf = (n: number): Flying => ({
          all: sum(() => true),
          organization: sum((i) => organizations[i] === organizations[n]),
          own: own[n]!,
        });
        for (const [pick, gives] of steps) {
          const n = pick % own.length;
          if (gives) own[n]! += roomFor(flyingOf(n), limits);
          else own[n] = Math.max(0, own[n]! - 1);
          expect(sum(() => true)).toBeLessThanOrEqual(limits.maxPagesInFlight);
          expect(own[n]).toBeLessThanOrEqual(limits.windowPages);
        }
        own.fill(0);
        expect(roomFor(flyingOf(0), limits)).toBeGreaterThan(0);
      }),
    );
  });
});
