import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STREAMS } from './streams.js';
import { subjectOf, subjectToken } from './subject.js';

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });

describe('subjectToken', () => {
  it('makes one token of any text, with nothing in it that means something to NATS', () => {
    fc.assert(
      fc.property(text, (id) => {
        expect(subjectToken(id)).toMatch(/^[A-Za-z0-9_%-]+$/);
      }),
    );
  });

  it('is injective: decoding gives the text back', () => {
    fc.assert(fc.property(text, (id) => decodeURIComponent(subjectToken(id)) === id));
  });

  it.each(['*', '>', '.', 'a.b', '~', ' ', 'org1.>', "it's"])('leaves nothing of %j to be matched', (id) => {
    expect(subjectToken(id)).not.toMatch(/[*>.\s~']/);
  });

  it('refuses what has no token, with a sentence', () => {
    expect(() => subjectToken('')).toThrow(RangeError);
    expect(() => subjectToken('\ud800')).toThrow(RangeError);
  });
});

describe('subjectOf', () => {
  it('has five tokens for any ids, so that a stream of Lethe takes it', () => {
    fc.assert(
      fc.property(text, text, (organization, workspace) => {
        const tokens = subjectOf(organization, workspace, 'realm.blocks_released').split('.');
        expect(tokens).toHaveLength(5);
        expect([tokens[0], ...tokens.slice(3)]).toEqual(['lethe', 'realm', 'blocks_released']);
      }),
    );
  });
});

/** As NATS matches. */
const matches = (pattern: string, subject: string): boolean => {
  const [wanted, given] = [pattern.split('.'), subject.split('.')];
  return wanted.length === given.length && wanted.every((token, n) => token === '*' || token === given[n]);
};

describe('the streams', () => {
  it.each([
    ['workspace.purge_started', 'LETHE_LIFECYCLE'],
    ['workspace.purged', 'LETHE_LIFECYCLE'],
    ['realm.purged', 'LETHE_LIFECYCLE'],
    ['realm.purge_blocked', 'LETHE_LIFECYCLE'],
    ['realm.purge_resumed', 'LETHE_LIFECYCLE'],
    ['realm.blocks_released', 'LETHE_BLOCKS'],
    ['realm.blocks_swept', 'LETHE_RECEIPTS'],
  ])('take %s once: %s', (event, stream) => {
    const subject = subjectOf('an.org', crypto.randomUUID(), event);
    const taking = STREAMS.filter(({ subjects }) => subjects.some((pattern) => matches(pattern, subject)));
    expect(taking.map(({ name }) => name)).toEqual([stream]);
  });
});
