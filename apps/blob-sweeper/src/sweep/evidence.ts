import { pageLeaf, type BlockEvidence } from '@lethe/contracts';
import { MerkleTree } from '@lethe/merkle';
import type { Queryable } from '@lethe/postgres';
import type { SweepEnd } from './end.sql.js';
import { listPages } from './ledger.sql.js';

const BATCH = 1_000;

/** What the ledger proves of a sweep, how many of its pages are not gone, and how many were read back on other
 * stores than the first. Reads it in batches; holds none. */
export async function ledgerEvidence(
  db: Queryable,
  { realm_id: realmId, epoch }: Pick<SweepEnd, 'realm_id' | 'epoch'>,
): Promise<{ evidence: BlockEvidence; blocked: number; elsewhere: number }> {
  const tree = new MerkleTree();
  let stores: readonly string[] | undefined;
  let [total, swept, blocked, elsewhere] = [0, 0, 0, 0];
  for (let after = -1; ;) {
    const pages = await listPages(db, realmId, epoch, after, BATCH);
    for (const page of pages) {
      if (page.state !== 'verified') {
        blocked += 1;
        continue;
      }
      tree.append(
        pageLeaf({ page: page.page_no, rows: page.rows, swept: page.swept, rowDigest: page.row_digest }),
      );
      stores ??= page.stores;
      if (page.stores.join() !== stores.join()) elsewhere += 1;
      total += page.rows;
      swept += page.swept;
    }
    const last = pages.at(-1);
    if (last === undefined) break;
    after = last.page_no;
  }
  return {
    blocked,
    elsewhere,
    evidence: {
      pages: tree.size,
      blocksTotal: total,
      blocksSwept: swept,
      blocksRetained: total - swept,
      root: tree.root(),
      stores: [...(stores ?? [])],
      byStore: [],
      bytesTotal: 0,
    },
  };
}
