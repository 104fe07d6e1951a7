import type { Store } from '@lethe/contracts';
import type { StoreRow } from './store-registry.sql.js';

/** A store of one organization, or of all, as operators see it. */
export function storeEntry(row: StoreRow, configured: boolean, trouble = ''): Store {
  return {
    name: row.name,
    storeId: row.store_id,
    kind: row.kind,
    organizationId: row.organization_id,
    configured,
    firstSeenTime: row.first_seen_time,
    retireTime: row.retire_time ?? undefined,
    retiredBy: row.retired_by ?? '',
    retireReason: row.retire_reason ?? '',
    trouble,
  };
}
