import type { Grant } from '@lethe/contracts';

export { findEnd as hasEnded } from './end.sql.js';

/** The participant that releases pages, and alone knows when there are no more. */
const RELEASER = 'realm-purge';
const ITSELF = 'blob-sweeper';

/**
 * How many pages there were, once whoever released them has reported: then the sweep has ended. Every row of the realm is gone by
 * a receipt, and any block id may be a live realm's again.
 */
export function releasedPages(grant: Grant): number | undefined {
  return grant.participants.find(({ participant }) => participant === RELEASER)?.evidence?.blocks?.pages;
}

/** Whether the authority has this service's report. */
export const isReported = (grant: Grant): boolean =>
  grant.participants.some(({ participant, evidence }) => participant === ITSELF && evidence !== undefined);
