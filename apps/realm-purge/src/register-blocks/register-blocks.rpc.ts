import { status } from '@grpc/grpc-js';
import type { RegisterBlocksRequest, RegisterBlocksResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import { writingTo } from '../realm/writing.js';
import { organizationIdOf, refusals, uuidOf } from '../requests.js';
import type { RealmStore } from '../store/realm-store.js';

const MAX_BLOCKS = 10_000;

/** Each message is one transaction: all of its blocks, or none. */
export const registerBlocksRpc =
  (pool: Pool, store: RealmStore) =>
  async (requests: AsyncIterable<RegisterBlocksRequest>): Promise<RegisterBlocksResponse> => {
    let registered = 0;
    for await (const request of requests) registered += await registerPage(pool, store, request);
    return { registered };
  };

function registerPage(pool: Pool, store: RealmStore, request: RegisterBlocksRequest): Promise<number> {
  const realm = { organizationId: organizationIdOf(request), realmId: uuidOf(request.realmId, 'realm_id') };
  if (request.blocks.length > MAX_BLOCKS)
    throw refusals.invalidArgument(`at most ${MAX_BLOCKS} blocks a message`);
  if (request.blocks.some((block) => block.sizeBytes < 0))
    throw refusals.invalidArgument('size_bytes must not be negative');
  const blocks = request.blocks.map(({ blockId, sizeBytes }) => ({
    blockId: uuidOf(blockId, 'block_id'),
    sizeBytes,
  }));
  return writingTo(pool, store, realm, async (tx) => {
    const dying = await store.beingDeleted(
      tx,
      realm,
      blocks.map(({ blockId }) => blockId),
    );
    if (dying.length > 0)
      throw new RefusalError({
        code: status.FAILED_PRECONDITION,
        reason: 'BLOCK_BEING_DELETED',
        message:
          'A realm that is being purged refers to a block of this id: its object may go at any moment, take a new id',
        metadata: { blockIds: dying.join(',') },
      });
    return store.insertBlocks(tx, realm.realmId, blocks);
  });
}
