import { describe, expect, it } from 'vitest';
import { UsageError, readOptions } from './options.mjs';

describe('readOptions', () => {
  it('reads what it knows', () => {
    expect(readOptions([])).toEqual({ once: false, fresh: false });
    expect(readOptions(['--once'])).toEqual({ once: true, fresh: false });
    expect(readOptions(['--fresh'])).toEqual({ once: false, fresh: true });
    expect(readOptions(['--once', '-h'])).toBe('help');
  });

  it.each([['--bogus'], ['extra'], ['--once', '--fresh']])('refuses %s with the usage', (...args) => {
    expect(() => readOptions(args)).toThrow(UsageError);
    expect(() => readOptions(args)).toThrow(/npm start \[-- --once/);
  });
});
