import { isCanonicalUuid, type DeleteOrphanObjectsRequest } from '@lethe/contracts';
import { invalid, organizationIdOf, printableOf } from '../requests.js';

const MAX_KEYS = 1_000;
const DIGEST = /^[0-9a-f]{64}$/;

export interface OrphanOrder {
  readonly organizationId: string;
  /** Ascending. */
  readonly ids: readonly string[];
  readonly orderedBy: string;
  readonly listDigest: string;
}

/**
 * An order of blocks of one organization. The keys are taken apart, and made anew where they are deleted.
 *
 * @throws RefusalError INVALID_ARGUMENT
 */
export function orderOf(request: DeleteOrphanObjectsRequest): OrphanOrder {
  const { keys, listDigest } = request;
  const organizationId = organizationIdOf(request);
  const orderedBy = printableOf(request.orderedBy, 'ordered_by');
  if (!DIGEST.test(listDigest)) throw invalid('list_digest must be a SHA-256 in hexadecimal');
  if (keys.length === 0 || keys.length > MAX_KEYS) throw invalid(`keys must be 1 to ${MAX_KEYS}`);
  const prefix = `${organizationId}/`;
  let last = '';
  const ids = keys.map((key) => {
    const id = key.slice(prefix.length);
    if (!key.startsWith(prefix) || !isCanonicalUuid(id))
      throw invalid('keys must be those of blocks of the organization');
    if (id <= last) throw invalid('keys must be strictly ascending');
    last = id;
    return id;
  });
  return { organizationId, ids, orderedBy, listDigest };
}
