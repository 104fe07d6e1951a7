import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { callerOf, parseCallers } from './callers.js';

const hash = (token: string) => createHash('sha256').update(token).digest('hex');

describe('parseCallers', () => {
  it('knows each caller by its token, and nobody by another', () => {
    const callers = parseCallers(` gateway=${hash('a')}, operator=${hash('b')},`);
    expect(callerOf(callers, 'a')).toBe('gateway');
    expect(callerOf(callers, 'b')).toBe('operator');
    for (const other of ['', 'A', 'c', hash('a')]) expect(callerOf(callers, other)).toBeUndefined();
  });

  it.each([
    ['', /name at least one caller/],
    ['gateway', /write each caller as/],
    [`gateway=${hash('a').toUpperCase()}`, /write each caller as/],
    [`Gateway=${hash('a')}`, /write each caller as/],
    ['gateway=abc', /write each caller as/],
    [`gateway=${hash('a')},gateway=${hash('b')}`, /gateway is named twice/],
    [`gateway=${hash('a')},operator=${hash('a')}`, /gateway and operator have the same token/],
  ])('refuses %s in a sentence', (text, sentence) => {
    expect(() => parseCallers(text)).toThrow(sentence);
  });
});
