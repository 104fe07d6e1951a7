import { blockKey, type ExportRealmBlocksRequest, type ExportRealmBlocksResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';
import { findRealm } from '../realm/realm.sql.js';
import { organizationIdOf, refusals, uuidOf } from '../requests.js';
import { countRealmBlocks, listBlockIds } from './export-realm-blocks.sql.js';

const PAGE = 10_000;

export const exportRealmBlocksRpc = (pool: Pool) =>
  async function* (
    request: ExportRealmBlocksRequest,
    { signal }: CallContext,
  ): AsyncGenerator<ExportRealmBlocksResponse> {
    const organizationId = organizationIdOf(request);
    const realmId = uuidOf(request.realmId, 'realm_id');
    const realm = await findRealm(pool, realmId);
    if (realm?.organization_id !== organizationId) throw refusals.realmNotFound();
    const total = await countRealmBlocks(pool, realmId);
    for (let after: string | null = null; !signal.aborted;) {
      const ids = await listBlockIds(pool, realmId, after, PAGE);
      yield { slugs: ids.map((id) => blockKey(organizationId, id)), total, retained: 0 };
      if (ids.length < PAGE) return;
      after = ids.at(-1) ?? null;
    }
  };
