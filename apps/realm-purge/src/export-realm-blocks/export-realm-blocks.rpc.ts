import {
  blockKey,
  unpackBlockIds,
  type ExportRealmBlocksRequest,
  type ExportRealmBlocksResponse,
} from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';
import { organizationIdOf, refusals, uuidOf } from '../requests.js';
import type { RealmStore } from '../store/realm-store.js';

const PAGE = 10_000;

/** The same rows and the same rule as the pages of the purge itself: what is listed is what would be swept. */
export const exportRealmBlocksRpc = (pool: Pool, store: RealmStore) =>
  async function* (
    request: ExportRealmBlocksRequest,
    { signal }: CallContext,
  ): AsyncGenerator<ExportRealmBlocksResponse> {
    const organizationId = organizationIdOf(request);
    const realmId = uuidOf(request.realmId, 'realm_id');
    const realm = await store.find(pool, realmId);
    if (realm?.organizationId !== organizationId) throw refusals.realmNotFound();
    const total = await store.totalBlocks(pool, realmId);
    for (let after: string | null = null; !signal.aborted;) {
      const [page] = await store.nextPages(pool, realm, after, 1, PAGE);
      const [all, slugs] = [
        unpackBlockIds(page?.all ?? Buffer.alloc(0)),
        unpackBlockIds(page?.sweepable ?? Buffer.alloc(0)).map((id) => blockKey(organizationId, id)),
      ];
      yield { slugs, total, retained: all.length - slugs.length };
      if (all.length < PAGE) return;
      after = all.at(-1) ?? null;
    }
  };
