import { createHash } from 'node:crypto';
import { attention, type StepResult } from '../purge/step.js';
import type { PurgeRow } from '../purge/purge.sql.js';
import type { PageRows, RealmStore } from '../store/realm-store.js';
import type { PoolClient } from '@lethe/postgres';
import type { DuePage, PageRecord } from './release-blocks.sql.js';

/** A page as it could be given to the queue now. */
export interface CutPage {
  readonly page: PageRecord;
  readonly rows: PageRows;
  readonly fresh: boolean;
}

const ID_BYTES = 16;
const CUTS_OF_A_RETRY = 2 ** 32;
const MOST_RETRIES = 2 ** 20;

/**
 * The cut after another one; 0 is before the first. Each order to try again begins above whatever the sweepers' ledger may have
 * seen before it, for a database that was set back hands out old cuts. Stays a safe integer.
 */
export const cutAfter = (cut: number, retries: number): number =>
  Math.max(cut, Math.min(retries, MOST_RETRIES) * CUTS_OF_A_RETRY) + 1;

/** The next rows behind the cursor. */
export async function cutFresh(
  tx: PoolClient,
  store: RealmStore,
  purge: PurgeRow,
  pages: number,
  pageBlocks: number,
): Promise<CutPage[]> {
  if (pages <= 0) return [];
  const { realm_id: realmId, organization_id: organizationId, retries } = purge;
  const cut = cutAfter(0, retries);
  const next = await store.nextPages(
    tx,
    { realmId, organizationId },
    purge.release_cursor,
    pages,
    pageBlocks,
  );
  return next.map((rows, i) => ({ page: recordOf(purge.next_page + i, cut, rows), rows, fresh: true }));
}

/** The pages with their rows as they are now, or an attention that has changed nothing. */
export async function cutAgain(
  tx: PoolClient,
  store: RealmStore,
  purge: PurgeRow,
  due: readonly DuePage[],
  pageBlocks: number,
): Promise<CutPage[] | Extract<StepResult, { kind: 'attention' }>> {
  const realm = { realmId: purge.realm_id, organizationId: purge.organization_id };
  const found: CutPage[] = [];
  for (const { page_no: pageNo, cut, first_block: first, last_block: last } of due) {
    const rows = await store.pageIn(tx, realm, { first, last }, pageBlocks);
    if (rows === undefined) return attention(`the rows of page ${pageNo} went without a receipt`);
    const page = recordOf(pageNo, cutAfter(cut, purge.retries), rows);
    found.push({
      rows,
      page: { ...page, first, last: page.rows < pageBlocks ? last : page.last },
      fresh: false,
    });
  }
  return found;
}

function recordOf(pageNo: number, cut: number, { all, sweepable }: PageRows): PageRecord {
  return {
    pageNo,
    cut,
    first: all.subarray(0, ID_BYTES).toString('hex'),
    last: all.subarray(-ID_BYTES).toString('hex'),
    rows: all.length / ID_BYTES,
    swept: sweepable.length / ID_BYTES,
    digest: createHash('sha256').update(all).digest(),
  };
}
