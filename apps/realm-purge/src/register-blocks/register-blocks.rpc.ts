import { status } from '@grpc/grpc-js';
import type { RegisterBlocksRequest, RegisterBlocksResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool, PoolClient } from '@lethe/postgres';
import { condemnedAmong } from '../condemned/condemned.sql.js';
import { writingTo } from '../realm/writing.js';
import { organizationIdOf, refusals, uuidOf } from '../requests.js';
import type { RealmStore } from '../store/realm-store.js';
import { noteLateBlocks, type Late, type LateOutcome } from './note-late-blocks.js';

const MAX_BLOCKS = 10_000;

/** Each message is one transaction: all of its blocks, or none. Those that come behind the fence are swept with the realm. */
export const registerBlocksRpc =
  (pool: Pool, store: RealmStore, late?: Late) =>
  async (requests: AsyncIterable<RegisterBlocksRequest>): Promise<RegisterBlocksResponse> => {
    let registered = 0;
    for await (const request of requests) registered += await registerPage(pool, store, request, late);
    return { registered };
  };

async function registerPage(
  pool: Pool,
  store: RealmStore,
  request: RegisterBlocksRequest,
  late?: Late,
): Promise<number> {
  const realm = { organizationId: organizationIdOf(request), realmId: uuidOf(request.realmId, 'realm_id') };
  if (request.blocks.length > MAX_BLOCKS)
    throw refusals.invalidArgument(`at most ${MAX_BLOCKS} blocks a message`);
  if (request.blocks.some((block) => block.sizeBytes < 0))
    throw refusals.invalidArgument('size_bytes must not be negative');
  const blocks = request.blocks.map(({ blockId, sizeBytes }) => ({
    blockId: uuidOf(blockId, 'block_id'),
    sizeBytes,
  }));
  const register = async (tx: PoolClient) => {
    const ids = blocks.map(({ blockId }) => blockId);
    const dying = await store.beingDeleted(tx, realm, ids);
    if (dying.length > 0)
      throw beingDeleted('A realm that is being purged refers to a block of this id', dying);
    const condemned = await condemnedAmong(tx, realm.organizationId, ids);
    if (condemned.length > 0)
      throw beingDeleted('An operator ordered the deletion of what is stored under this id', condemned);
    return store.insertBlocks(tx, realm.realmId, blocks);
  };
  try {
    return await writingTo(pool, store, realm, register);
  } catch (error) {
    if (!(error instanceof RefusalError) || error.reason !== 'REALM_DELETED') throw error;
    const outcome = await noteLateBlocks(pool, store, realm, blocks);
    late?.(outcome, blocks.length);
    throw refusals.realmDeleted(SAID[outcome]);
  }
}

const beingDeleted = (why: string, blockIds: readonly string[]) =>
  new RefusalError({
    code: status.FAILED_PRECONDITION,
    reason: 'BLOCK_BEING_DELETED',
    message: `${why}: its object may go at any moment, take a new id`,
    metadata: { blockIds: blockIds.join(',') },
  });

const SAID: Record<LateOutcome, string> = {
  noted: 'The realm is being purged: these blocks are noted, and their objects are deleted with it',
  refused:
    'The realm was purged: nobody sweeps these blocks any more, delete the objects that were put for them',
};
