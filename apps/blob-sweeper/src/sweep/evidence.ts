import { pageLeaf, type BlockEvidence } from '@lethe/contracts';
import { MerkleTree } from '@lethe/merkle';
import type { Queryable } from '@lethe/postgres';
import { isRetiredFor, requiredStores } from '../stores/judge-stores.js';
import { listStoreRows, type StoreRow } from '../stores/store-registry.sql.js';
import { countEarlierOpen, type EndKnown } from './earlier.js';
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
  /** Pages that a sweep before left, of an older epoch or before the realm was cut anew: blocks of them may be there still. */
  readonly earlier: number;
  /** There were blocks to sweep, and no store held one of them: they may never have been where they were looked for. */
  readonly nothingFound: boolean;
}

/**
 * What the ledger proves of a sweep, by the pages that were released. Reads it in batches; holds none.
 */
export async function ledgerEvidence(db: Queryable, end: SweepEnd, known: EndKnown): Promise<LedgerEvidence> {
  const tree = new MerkleTree();
  const sums = createStoreSums();
  let organizationId = '';
  let [total, swept, blocked] = [0, 0, 0];
  for (let after = -1; ;) {
    const pages = await listPages(db, end, after, BATCH);
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
    nameOf(organizationId, rows),
  );
  return {
    blocked,
    elsewhere,
    earlier: await countEarlierOpen(db, end, rows, known),
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

/** What a store is called now: names change hands while pages wait. */
function nameOf(organizationId: string, rows: readonly StoreRow[]) {
  const own = rows.filter(({ organization_id: whose }) => ['', organizationId].includes(whose));
  return (storeId: string): string | undefined => {
    const names = own.filter(({ store_id: id }) => id === storeId);
    return (names.find(({ retire_time: time }) => time === null) ?? names[0])?.name;
  };
}
