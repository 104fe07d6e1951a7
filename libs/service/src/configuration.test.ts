import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Configuration, type ConfigurationError } from './configuration.js';

const directory = mkdtempSync(join(tmpdir(), 'lethe-configuration-'));
afterAll(() => rmSync(directory, { recursive: true }));
const file = (name: string, text: string) => {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
};

type Read = (c: Configuration) => unknown;
function faultsOf(env: Record<string, string>, read: Read): readonly string[] {
  const c = new Configuration(env);
  read(c);
  try {
    c.finish({});
    return [];
  } catch (error) {
    return (error as ConfigurationError).faults;
  }
}

describe('Configuration', () => {
  const faults: [string, Record<string, string>, Read, RegExp][] = [
    ['a missing text', {}, (c) => c.text('A', 'a word'), /^A is missing: set it to a word$/],
    ['a blank text', { A: '  ' }, (c) => c.text('A', 'a word'), /^A is missing/],
    [
      'an unreadable file',
      { A_FILE: '/no/such' },
      (c) => c.text('A', 'a word'),
      /cannot be read: \/no\/such$/,
    ],
    ['an empty file', { A_FILE: file('empty', '\n') }, (c) => c.text('A', 'a word'), /^A is missing/],
    ['no URL', { A: 'x' }, (c) => c.url('A', 'a URL', ['postgres']), /^A must be a URL/],
    ['another protocol', { A: 'http://x' }, (c) => c.url('A', 'a URL', ['postgres']), /postgres:\/\//],
    ['a fraction', { A: '1.5' }, (c) => c.integer('A', 1, 0, 9), /^A must be a whole number from 0 to 9$/],
    ['a number too large', { A: '10' }, (c) => c.integer('A', 1, 0, 9), /from 0 to 9$/],
    ['another choice', { A: 'x' }, (c) => c.oneOf('A', 'y', ['y', 'z']), /^A must be one of y, z$/],
    ['no port', { A: 'host' }, (c) => c.address('A'), /^A must be host:port/],
    ['a port too large', { A: 'host:65536' }, (c) => c.address('A'), /^A must be host:port/],
    ['no address', {}, (c) => c.address('A'), /^A is missing/],
  ];
  it.each(faults)('names %s once, in a sentence', (_, env, read, sentence) => {
    const named = faultsOf(env, read);
    expect(named).toHaveLength(1);
    expect(named[0]).toMatch(sentence);
  });

  it('names every fault at once', () => {
    expect(faultsOf({ B: 'x' }, (c) => [c.text('A', 'a'), c.integer('B', 1, 0, 9)])).toHaveLength(2);
  });

  it('reads what is there, from the file where one is named', () => {
    const c = new Configuration({
      A: ' a ',
      B: 'b',
      B_FILE: file('b', 'from the file\n'),
      C: '7',
      D: '[::1]:0',
    });
    expect([c.text('A', ''), c.text('B', ''), c.integer('C', 1, 0, 9), c.address('D')]).toEqual([
      'a',
      'from the file',
      7,
      '[::1]:0',
    ]);
    expect(c.finish('done')).toBe('done');
  });

  it('keeps the sentence a parser throws, with the name before it', () => {
    const parse = () => {
      throw new Error('write it so');
    };
    expect(faultsOf({ A: 'x' }, (c) => c.parsed('A', 'it', parse))).toEqual(['A: write it so']);
    expect(faultsOf({}, (c) => c.parsed('A', 'it', parse))).toEqual(['A is missing: set it to it']);
  });
});
