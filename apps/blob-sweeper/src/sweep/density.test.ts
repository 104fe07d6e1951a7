import { describe, expect, it } from 'vitest';
import { nextListing } from './density.js';

describe('nextListing', () => {
  it('asks for what the keys are thought to lie among, and a little beyond', () => {
    expect(nextListing(400, 1)).toBe(408);
    expect(nextListing(400, 2)).toBe(808);
    expect(nextListing(1_000, 0)).toBe(8);
  });

  it('never asks for more than a listing holds', () => {
    expect(nextListing(1_000, 1)).toBe(1_000);
    expect(nextListing(1_000, 10)).toBe(1_000);
  });

  it('looks keys up one by one where listing what lies between them costs more', () => {
    expect(nextListing(1_000, 100)).toBe(1_000);
    expect(nextListing(1_000, 150)).toBeUndefined();
    expect(nextListing(1_000, 1_000)).toBeUndefined();
    expect(nextListing(4, 0)).toBeUndefined();
    expect(nextListing(5, 0)).toBe(8);
  });
});
