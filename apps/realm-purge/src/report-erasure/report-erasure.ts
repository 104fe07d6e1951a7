import { pageLeaf, type BlockEvidence } from '@lethe/contracts';
import { MerkleTree } from '@lethe/merkle';
import type { Authority } from '@lethe/participant';
import type { Pool } from '@lethe/postgres';
import { MOVED, attention, type Step } from '../purge/step.js';
import { listSettledPages, markReported } from './report-erasure.sql.js';

const BATCH = 1_000;

/** Step 10: tells the authority what went, by the pages as they were settled here. */
export function reportErasure(pool: Pool, authority: Authority): Step {
  return async ({ realm_id: realmId, epoch, removed, bytes_total: bytesTotal }) => {
    const blocks = { ...(await blockEvidence(pool, realmId)), bytesTotal };
    const evidence = { removed: { ...removed, blocks: blocks.blocksTotal }, blocks };
    const reported = await authority.reportErasure(realmId, epoch, evidence);
    if (reported.kind === 'refused')
      return attention(`the authority refused the report: ${reported.message}`);
    await markReported(pool, realmId);
    return MOVED;
  };
}

async function blockEvidence(pool: Pool, realmId: string): Promise<BlockEvidence> {
  const tree = new MerkleTree();
  let [total, swept] = [0, 0];
  for (let after = -1; ;) {
    const pages = await listSettledPages(pool, realmId, after, BATCH);
    for (const page of pages) {
      tree.append(
        pageLeaf({ page: page.page_no, rows: page.rows, swept: page.swept, rowDigest: page.row_digest }),
      );
      total += page.rows;
      swept += page.swept;
    }
    const last = pages.at(-1);
    if (last === undefined) break;
    after = last.page_no;
  }
  return {
    pages: tree.size,
    blocksTotal: total,
    blocksSwept: swept,
    blocksRetained: total - swept,
    root: tree.root(),
    stores: [],
    byStore: [],
    bytesTotal: 0,
  };
}
