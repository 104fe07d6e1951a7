import { describe, expect, it } from 'vitest';
import { readOptions } from './options.js';

describe('readOptions', () => {
  it('needs none, and then measures nothing beside', () => {
    expect(readOptions([])).toMatchObject({ blocks: 100_000, beside: 0, besideInOne: false });
  });

  it('takes numbers with underscores', () => {
    expect(readOptions(['--blocks', '10_000_000', '--beside', '1000'])).toMatchObject({
      blocks: 10_000_000,
      beside: 1_000,
    });
  });

  it.each([
    ['--beside', '0'],
    ['--blocks', '999'],
    ['--rounds', 'x'],
  ])('refuses %s %s', (name, value) => {
    expect(() => readOptions([name, value])).toThrow(`${name} takes a number`);
  });
});
