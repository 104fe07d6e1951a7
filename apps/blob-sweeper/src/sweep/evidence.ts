import { pageLeaf, type BlockEvidence } from '@lethe/contracts';
import { MerkleTree } from '@lethe/merkle';
import type { Queryable } from '@lethe/postgres';
import { isRetiredFor, requiredStores } from '../stores/judge-stores.js';
import { listStoreRows } from '../stores/store-registry.sql.js';
import type { SweepEnd } from './end.sql.js';
import { listPages } from './ledger.sql.js';
import { createStoreSums } from './store-sums.js';

const BATCH = 1_000;

export interface LedgerEvidence {
  readonly evidence: BlockEvidence;
  /** Pages that are not gone. */
  readonly blocked: number;
  /** Pages that were not read back on every store that holds blocks. */
  readonly elsewhere: number;
  /** There were blocks to sweep, and no store held one of them: they may never have been where they were looked for. */
  readonly nothingFound: boolean;
}

/** What the ledger proves of a sweep. Reads it in batches; holds none. */
export async function ledgerEvidence(
  db: Queryable,
  { realm_id: realmId, epoch }: Pick<SweepEnd, 'realm_id' | 'epoch'>,
): Promise<LedgerEvidence> {
  const tree = new MerkleTree();
  const sums = createStoreSums();
  let organizationId = '';
  let [total, swept, blocked] = [0, 0, 0];
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
      sums.add(page);
      organizationId = page.organization_id;
      total += page.rows;
      swept += page.swept;
    }
    const last = pages.at(-1);
    if (last === undefined) break;
    after = last.page_no;
  }
  const rows = await listStoreRows(db);
  const { byStore, elsewhere } = sums.result(
    (storeId) => isRetiredFor(organizationId, storeId, rows),
    requiredStores(organizationId, rows),
  );
  return {
    blocked,
    elsewhere,
    nothingFound: swept > 0 && byStore.every(({ keysFound }) => keysFound === 0),
    evidence: {
      pages: tree.size,
      blocksTotal: total,
      blocksSwept: swept,
      blocksRetained: total - swept,
      root: tree.root(),
      stores: byStore.map(({ store }) => store),
      byStore,
      bytesTotal: 0,
    },
  };
}
