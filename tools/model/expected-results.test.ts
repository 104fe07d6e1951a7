import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MODEL } from './check-model.js';
import { nameOf, VARIANTS } from './expected-results.js';

const model = readFileSync(MODEL, 'utf8');
const found = (pattern: RegExp) => new Set([...model.matchAll(pattern)].map(([, name = '']) => name));

test('every switch of the model is in the table, and no other', () => {
  const flags = new Set(VARIANTS.flatMap((variant) => variant.flags));
  // "#ifdef NAME", and each "defined(NAME)" of an #if
  expect(found(/(?:#ifdef |defined\()(\w+)/g)).toEqual(flags);
});

test('every property of the model is in the table, and no other', () => {
  const properties = new Set(VARIANTS.flatMap((variant) => Object.keys(variant.expected)));
  expect(found(/^ltl (\w+)/gm)).toEqual(properties);
});

test('every switch is explained at its head', () => {
  const head = model.slice(0, model.indexOf('*/'));
  for (const flag of new Set(VARIANTS.flatMap((variant) => variant.flags))) expect(head).toContain(flag);
});

test('the page on the model says of every variant what is expected here', () => {
  const page = readFileSync(new URL('../../docs/model.md', import.meta.url), 'utf8').replace(/ +/g, ' ');
  for (const variant of VARIANTS) {
    const entries = Object.entries(variant.expected);
    const holds = entries.flatMap(([property, how]) => (how === 'holds' ? [property] : []));
    const failing = entries.flatMap(([property, how]) =>
      how === 'holds' ? [] : [`${property}: \`${how.fails.replaceAll('|', '\\|')}\``],
    );
    const cells = [`\`${nameOf(variant)}\``, variant.says, holds.join(', '), failing.join(', ')];
    expect(page).toContain(`|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell} `)).join('|')}|`);
  }
});
