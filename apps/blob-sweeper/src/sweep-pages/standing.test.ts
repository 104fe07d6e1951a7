import { Grant } from '@lethe/contracts';
import { describe, expect, it } from 'vitest';
import { standingOf } from './standing.js';

const page = { organizationId: 'org1', realmId: 'r', epoch: 1 };
const due = new Date('2027-01-01T00:00:00Z');
const standing = (grant: Partial<Grant> | undefined) =>
  standingOf(
    { grant: () => Promise.resolve(grant && Grant.fromPartial({ organizationId: 'org1', ...grant })) },
    page,
  );

describe('standingOf', () => {
  it('is granted when the authority says that the blocks are due', async () => {
    expect(await standing({ blocksDue: true, sweepTime: due })).toMatchObject({ kind: 'granted' });
  });

  it.each<[string, Partial<Grant>]>([
    ['the purge is paused', { paused: true, blocksDue: true }],
    ['the blocks of the purge are kept', { blocksKept: true, blocksDue: true }],
    ['the blocks of the purge are not due until 2027-01-01T00:00:00.000Z', { sweepTime: due }],
    // As an authority answers that knows of no delay yet.
    ['the blocks of the purge are not due until a time that is not known', {}],
  ])('is held when %s', async (reason, grant) => {
    expect(await standing(grant)).toEqual({ kind: 'held', reason });
  });

  it.each([
    ['no grant stands behind this page', undefined],
    ['the page names another organization than the grant', { organizationId: 'org10', blocksDue: true }],
  ])('is refused when %s', async (reason, grant) => {
    expect(await standing(grant)).toEqual({ kind: 'refused', reason });
  });
});
