import { status } from '@grpc/grpc-js';
import { unpackBlockIds } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Queryable } from '@lethe/postgres';
import { refusals } from '../requests.js';
import type { RealmStore } from '../store/realm-store.js';

/** What one DeleteObjects request takes. */
const MAX_IDS = 1_000;
const ID_BYTES = 16;

/** @throws RefusalError INVALID_ARGUMENT */
export function blockIdsOf({ blockIds }: { readonly blockIds: Uint8Array }): string[] {
  const wrong = () =>
    refusals.invalidArgument(`block_ids must be 1 to ${MAX_IDS} ids of 16 bytes each, strictly ascending`);
  if (blockIds.length === 0 || blockIds.length > MAX_IDS * ID_BYTES) throw wrong();
  try {
    return unpackBlockIds(blockIds);
  } catch {
    throw wrong();
  }
}

/**
 * An organization that never had a realm here is no proof that its objects are nobody's: its id may be misspelt, or this the wrong
 * database.
 *
 * @throws RefusalError NOT_FOUND ORGANIZATION_NOT_FOUND
 */
export async function mustKnow(db: Queryable, store: RealmStore, organizationId: string): Promise<void> {
  if (await store.knowsOrganization(db, organizationId)) return;
  throw new RefusalError({
    code: status.NOT_FOUND,
    reason: 'ORGANIZATION_NOT_FOUND',
    message: 'No realm of this organization was ever known here',
  });
}
