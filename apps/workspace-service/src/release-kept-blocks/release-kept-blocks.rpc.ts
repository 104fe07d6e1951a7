import type { ReleaseKeptBlocksRequest, ReleaseKeptBlocksResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { blocksAreKept } from '../deletion/deletion.js';
import { intervened, interventionOf } from '../intervention/intervened.js';
import { intervene } from '../intervention/intervention.js';
import { refusals } from '../refusals.js';
import { releaseBlocks } from './release-kept-blocks.sql.js';

export const releaseKeptBlocksRpc =
  (pool: Pool) =>
  async (request: ReleaseKeptBlocksRequest): Promise<ReleaseKeptBlocksResponse> => {
    const order = interventionOf(request);
    const manifestDigest = digestOf(request);
    const outcome = await intervene(pool, order, async (tx, before) => {
      if (!before.keep_blocks) return 'blocks_not_kept';
      if (!blocksAreKept(before)) return undefined;
      const deletion = await releaseBlocks(tx, before, order.operator);
      const { deletion_id: deletionId } = deletion;
      const detail = { change: 'blocks_released', deletionId, ...(manifestDigest && { manifestDigest }) };
      return { deletion, detail };
    });
    return intervened(outcome);
  };

function digestOf({ manifestDigest }: ReleaseKeptBlocksRequest): string {
  if (!/^([0-9a-f]{64})?$/i.test(manifestDigest))
    throw refusals.invalidArgument('manifest_digest must be empty, or a SHA-256 as 64 hexadecimal digits');
  return manifestDigest.toLowerCase();
}
