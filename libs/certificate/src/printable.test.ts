import { describe, expect, it } from 'vitest';
import { escaped } from './page/html.js';
import { printable } from './printable.js';

/** Unicode's own: Bidi_Control, and the line and paragraph separators. */
const TURNS = [
  '061c',
  '200e',
  '200f',
  '202a',
  '202b',
  '202c',
  '202d',
  '202e',
  '2066',
  '2067',
  '2068',
  '2069',
];
const hidden = ['0000', '000a', '001b', '007f', '009b', '2028', '2029', ...TURNS];

describe('text from elsewhere', () => {
  it.each(hidden)('shows \\u%s by its code, on a terminal and in a page', (code) => {
    const mark = String.fromCharCode(parseInt(code, 16));
    for (const show of [printable, escaped]) expect(show(`a${mark}b`)).toBe(`a\\u${code}b`);
  });

  it('stays as it is otherwise; markup is a page’s own concern', () => {
    expect(printable(`<Zoë & "שלום">`)).toBe(`<Zoë & "שלום">`);
    expect(escaped(`<Zoë & "שלום">`)).toBe('&#60;Zoë &#38; &#34;שלום&#34;&#62;');
  });
});
