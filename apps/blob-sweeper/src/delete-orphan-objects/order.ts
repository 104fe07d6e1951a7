import { isCanonicalUuid, type DeleteOrphanObjectsRequest } from '@lethe/contracts';
import { invalid, organizationIdOf, printableOf } from '../requests.js';

const MAX_KEYS = 1_000;
const DIGEST = /^[0-9a-f]{64}$/;

export interface OrphanOrder {
  readonly organizationId: string;
  /** Ascending. */
  readonly ids: readonly string[];
  /** Those of them that the list shows for their unfinished uploads alone. */
  readonly uploadsOnly: ReadonlySet<string>;
  readonly orderedBy: string;
  readonly listDigest: string;
}

/**
 * An order of blocks of one organization. The keys are taken apart, and made anew where they are deleted.
 *
 * @throws RefusalError INVALID_ARGUMENT
 */
export function orderOf(request: DeleteOrphanObjectsRequest): OrphanOrder {
  const { keys, uploadKeys, listDigest } = request;
  const organizationId = organizationIdOf(request);
  const orderedBy = printableOf(request.orderedBy, 'ordered_by');
  if (!DIGEST.test(listDigest)) throw invalid('list_digest must be a SHA-256 in hexadecimal');
  const count = keys.length + uploadKeys.length;
  if (count === 0 || count > MAX_KEYS)
    throw invalid(`keys and upload_keys must be 1 to ${MAX_KEYS} together`);
  const objects = idsOf(organizationId, keys, 'keys');
  const uploadsOnly = new Set(idsOf(organizationId, uploadKeys, 'upload_keys'));
  if (objects.some((id) => uploadsOnly.has(id))) throw invalid('none of keys may be one of upload_keys');
  const ids = [...objects, ...uploadsOnly].sort();
  return { organizationId, ids, uploadsOnly, orderedBy, listDigest };
}

function idsOf(organizationId: string, keys: readonly string[], field: string): string[] {
  const prefix = `${organizationId}/`;
  let last = '';
  return keys.map((key) => {
    const id = key.slice(prefix.length);
    if (!key.startsWith(prefix) || !isCanonicalUuid(id))
      throw invalid(`${field} must be those of blocks of the organization`);
    if (id <= last) throw invalid(`${field} must be strictly ascending`);
    last = id;
    return id;
  });
}
