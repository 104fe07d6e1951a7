import { z } from 'zod';
import type { participantClaims } from './block-claims.js';
import { claimsOfVersion1 } from './claims-1.js';
import { claimsOfVersion2 } from './claims-2.js';

export { blockClaims, sameBlocks, type BlockClaims } from './block-claims.js';
export { NOTHING_FOUND, nothingWasFound, storeClaims, type StoreClaims } from './store-claims.js';

/**
 * What a deletion certificate claims. Ids, times and counts; never a name, an e-mail address or a key. Times are ISO 8601 UTC by
 * the authority's database.
 */
export const certificateClaims = z.discriminatedUnion('version', [claimsOfVersion1, claimsOfVersion2]);

export type CertificateClaims = z.infer<typeof certificateClaims>;
export type ClaimsOfVersion1 = z.infer<typeof claimsOfVersion1>;
export type ClaimsOfVersion2 = z.infer<typeof claimsOfVersion2>;
export type ParticipantClaims = z.infer<typeof participantClaims>;
