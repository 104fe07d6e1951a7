import { expect, it } from 'vitest';
import { refillAt } from './refill.js';

it.each([
  [1, 0],
  [2, 1],
  [4, 3],
  [16, 12],
  [1_000, 750],
])('a window of %i pages is filled up at %i, so always before it is empty', (window, at) => {
  expect(refillAt(window)).toBe(at);
});
