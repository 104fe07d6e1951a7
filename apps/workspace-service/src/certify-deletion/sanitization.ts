import type { ClaimsOfVersion2, StoreClaims } from '@lethe/certificate';
import { SERVICE } from '../service.js';

/**
 * The fields of NIST SP 800-88's sample certificate that mean something here (docs/certificate.md). "Clear" is what logical techniques
 * do to all that can be addressed by the storage's own interface; of the media beneath it nothing is claimed, and the limits say so.
 */
export function sanitizationOf(
  stores: readonly StoreClaims[],
  swept: number,
  participants: ClaimsOfVersion2['participants'],
): ClaimsOfVersion2['sanitization'] {
  const anything = swept > 0;
  return {
    guideline: 'NIST SP 800-88 Rev. 1, Appendix G',
    mediaType: [...new Set(stores.map(({ kind }) => kind))].sort(),
    mediaIds: stores.map(({ storeId }) => storeId),
    method: anything ? 'Clear' : 'none',
    technique: anything
      ? 'Deletion of every object version, delete marker and unfinished upload by the interface of the storage; keys and metadata deleted as database rows.'
      : 'No block was to be deleted; keys and metadata deleted as database rows.',
    tool: { name: 'lethe', version: SERVICE.version },
    verificationMethod: anything
      ? 'Full: every key was read back from every store after its deletion; no sample.'
      : 'None: there was nothing to read back.',
    performedBy: participants.map(({ participant }) => participant),
    performedTime:
      participants
        .map(({ reportTime }) => reportTime)
        .sort()
        .at(-1) ?? '',
    verifiedBy: SERVICE.name,
    classification: 'not applicable',
  };
}
