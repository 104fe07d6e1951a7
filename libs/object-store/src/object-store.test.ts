import type { DeleteObjectsCommandOutput } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isComplete } from './object-store.js';
import { checkOrder, checkRoot, inKeyOrder, listingOf, unaccounted } from './s3-answer.js';

const answer = (part: Partial<DeleteObjectsCommandOutput>) => ({ $metadata: {}, ...part });

describe('unaccounted', () => {
  const asked = [{ Key: 'a', VersionId: '1' }, { Key: 'a', VersionId: '2' }, { Key: 'b' }];
  it.each([
    ['an empty answer', {}, ['Unanswered', 'Unanswered', 'Unanswered']],
    [
      'other versions and keys',
      { Deleted: [{ Key: 'a', VersionId: '3' }, { Key: 'c' }] },
      ['Unanswered', 'Unanswered', 'Unanswered'],
    ],
    ['one of two versions', { Deleted: [{ Key: 'a', VersionId: '2' }, { Key: 'b' }] }, ['Unanswered']],
    ['keys without versions', { Deleted: [{ Key: 'b' }, { Key: 'a' }] }, []],
    [
      'what was missing',
      {
        Errors: [
          { Key: 'a', Code: 'NoSuchVersion' },
          { Key: 'b', Code: 'NoSuchKey' },
        ],
      },
      [],
    ],
    [
      'an error and a success for one key',
      { Deleted: [{ Key: 'b' }, { Key: 'a' }], Errors: [{ Key: 'b', Code: 'X' }] },
      ['X'],
    ],
    ['an error without a code', { Deleted: [{ Key: 'a' }], Errors: [{ Key: 'b' }] }, ['Unknown']],
  ])('counts what is not named as deleted: %s', (_, part, codes) => {
    expect(unaccounted(asked, answer(part)).map(({ code }) => code)).toEqual(codes);
  });
});

describe('isComplete', () => {
  it.each([
    ['all', undefined, 'b', true],
    ['a key before the last', 'b', 'a', true],
    ['the last itself', 'b', 'b', false],
    ['a key behind the last', 'b', 'c', false],
    ['a key that the last extends: it may come later', 'b.1', 'b', false],
  ])('speaks for %s', (_, last, key, expected) => {
    expect(isComplete({ last }, key)).toBe(expected);
  });

  it('holds for every key of which no entry can follow, in either order that stores list in', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '1', '-'), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.uniqueArray(text, { minLength: 1 }),
        fc.nat(),
        fc.constantFrom('', '.2~x'),
        (keys, cut, suffix) => {
          const listed = [...keys].sort((a, b) =>
            Buffer.compare(Buffer.from(a + suffix), Buffer.from(b + suffix)),
          );
          const at = cut % listed.length;
          for (const later of listed.slice(at)) expect(isComplete({ last: listed[at] }, later)).toBe(false);
        },
      ),
    );
  });
});

describe('a listing', () => {
  const items = [{ key: 'p/a' }, { key: 'p/b' }];
  it('ends where its last item is, or holds all', () => {
    expect(listingOf('p/', { Prefix: 'p/', IsTruncated: true }, items).last).toBe('p/b');
    expect(listingOf('p/', { Prefix: 'p/', IsTruncated: false }, items).last).toBeUndefined();
  });

  it.each([
    ['says nothing of its end', { Prefix: 'p/' }, items],
    ['is of another prefix', { Prefix: 'q/', IsTruncated: false }, []],
    ['is of no prefix', { IsTruncated: false }, []],
    ['holds foreign keys', { Prefix: 'p/', IsTruncated: false }, [{ key: 'p%2Fa' }]],
    ['is truncated before its first item', { Prefix: 'p/', IsTruncated: true }, []],
  ])('is refused when it %s', (_, said, its) => {
    expect(() => listingOf('p/', said, its)).toThrow();
  });

  it('is in the order of UTF-8, with the markers in it', () => {
    const [versions, markers] = [
      [{ key: 'a' }, { key: '\u{1F600}' }],
      [{ key: 'A' }, { key: '\uFFFD' }],
    ];
    expect(inKeyOrder(versions, markers).map(({ key }) => key)).toEqual(['A', 'a', '\uFFFD', '\u{1F600}']);
  });
});

describe('the order of a listing', () => {
  const check = (keys: string[], after = '', longerFirst = false) =>
    checkOrder(
      keys.map((key) => ({ key })),
      after,
      longerFirst,
    );
  it.each([
    ['keys that ascend', ['a', 'a', 'a.1', 'b'], ''],
    ['a key that it goes on behind, or at', ['b', 'c'], 'b'],
    ['keys in the order of UTF-8', ['\uD7FF', '\uE000', '\uFFFD', '\u{1F600}'], ''],
    ['nothing', [], 'b'],
  ])('is right for %s', (_, keys, after) => {
    for (const longerFirst of [false, true]) expect(() => check(keys, after, longerFirst)).not.toThrow();
  });

  it.each([
    ['keys that descend', ['b', 'a'], ''],
    ['a key amid others', ['a', 'c', 'b', 'd'], ''],
    ['a key before where it goes on', ['a', 'c'], 'b'],
    ['keys in the order of UTF-16', ['\u{1F600}', '\uFFFD'], ''],
  ])('is no order for %s', (_, keys, after) => {
    for (const longerFirst of [false, true]) expect(() => check(keys, after, longerFirst)).toThrow('order');
  });

  it('is for uploads also that of a longer key before the one that it begins with', () => {
    expect(() => check(['a.1', 'a', 'b'], '', true)).not.toThrow();
    expect(() => check(['a', 'b'], 'a.1', true)).not.toThrow();
    expect(() => check(['a.1', 'a', 'a.0'], '', true)).toThrow('order');
    expect(() => check(['a.1', 'a', 'b'])).toThrow('order');
    expect(() => check(['a'], 'a.1')).toThrow('order');
  });
});

describe('checkRoot', () => {
  const check = (body: string) => () => checkRoot('ListObjectVersionsCommand', Buffer.from(body));
  it('takes the element that was asked for', () => {
    expect(check('<?xml version="1.0"?>\n<!-- x -->\n<ListVersionsResult xmlns="x"/>')).not.toThrow();
    expect(() => checkRoot('AbortMultipartUploadCommand', Buffer.of())).not.toThrow();
  });
  it.each(['', '{}', '<html></html>', '<ListBucketResult/>', '<Error/>', '<ListVersionsResultX/>'])(
    'refuses %j',
    (body) => {
      expect(check(body)).toThrow();
    },
  );
});
