import { packBlockIds, type ListKnownBlocksRequest, type ListKnownBlocksResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { listCondemned } from '../condemned/condemned.sql.js';
import { mustKnow } from '../condemned/ids.js';
import { organizationIdOf, refusals, uuidOf } from '../requests.js';
import type { RealmStore } from '../store/realm-store.js';

const [DEFAULT_PAGE, MAX_PAGE] = [1_000, 10_000];
/** What the answer says of each id. */
const [PURGED, LIVE, CONDEMNED] = [0, 1, 2];

/** Whatever a row names, and beside it what an order left condemned: an id is a row's as long as there is one. */
export const listKnownBlocksRpc =
  (pool: Pool, store: RealmStore) =>
  async (request: ListKnownBlocksRequest): Promise<ListKnownBlocksResponse> => {
    const organizationId = organizationIdOf(request);
    const after = request.after === '' ? null : uuidOf(request.after, 'after');
    const { pageSize } = request;
    if (pageSize < 0 || pageSize > MAX_PAGE)
      throw refusals.invalidArgument(`page_size must be from 0 to ${MAX_PAGE}`);
    const size = pageSize === 0 ? DEFAULT_PAGE : pageSize;
    await mustKnow(pool, store, organizationId);
    // Condemned ones first: one that is registered in between is a row then.
    const condemned = await listCondemned(pool, organizationId, after, size);
    const known = await store.knownBlocks(pool, organizationId, after, size);
    const said = new Map(condemned.map((id) => [id, CONDEMNED]));
    for (const { blockId, live } of known) said.set(blockId, live ? LIVE : PURGED);
    const ids = [...said.keys()].sort().slice(0, size);
    return {
      blockIds: packBlockIds(ids),
      live: Buffer.from(ids.map((id) => said.get(id) as number)),
    };
  };
