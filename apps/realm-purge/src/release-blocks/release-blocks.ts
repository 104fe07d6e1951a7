import { createHash } from 'node:crypto';
import type { EncodedEvent } from '@lethe/contracts';
import type { Messaging } from '@lethe/messaging';
import { transaction, type Pool, type PoolClient } from '@lethe/postgres';
import { event } from '../purge/event.js';
import { lockPurge, type PurgeRow } from '../purge/purge.sql.js';
import { BUSY, MOVED, attention, waiting, type StepResult } from '../purge/step.js';
import type { PageRows, RealmStore } from '../store/realm-store.js';
import {
  countOutstanding,
  insertPage,
  lockDue,
  moveCursor,
  unrelease,
  updatePage,
  type DuePage,
  type PageRecord,
} from './release-blocks.sql.js';

export interface Release {
  readonly pool: Pool;
  readonly store: RealmStore;
  readonly messaging: Pick<Messaging, 'publish'>;
  readonly windowPages: number;
  readonly pageBlocks: number;
  readonly rereleaseMs: number;
}

interface Released {
  readonly pageNo: number;
  readonly event: EncodedEvent;
}
type Taken =
  | { readonly kind: 'taken'; readonly pages: Released[]; readonly exhausted: boolean }
  | Exclude<StepResult, { kind: 'moved' }>;

const ID_BYTES = 16;

/**
 * Step 7: gives pages of blocks to the sweepers, never more than a window of them at once. A row stays until its page's receipt is
 * recorded, so whatever crashes or is lost, the rows that remain are the work that remains. `exhausted` once every row is in a
 * settled page.
 */
export function releaseBlocks(release: Release) {
  const { pool, messaging } = release;
  return async ({ realm_id: realmId }: PurgeRow): Promise<StepResult | { readonly kind: 'exhausted' }> => {
    const taken = await transaction(pool, (tx) => takePages(tx, realmId, release));
    if (taken.kind !== 'taken') return taken;
    if (taken.exhausted) return { kind: 'exhausted' };
    if (taken.pages.length === 0) return waiting(release.rereleaseMs / 2);

    const results = await Promise.allSettled(taken.pages.map((page) => messaging.publish(page.event)));
    const failed = taken.pages.filter((_, i) => results[i]?.status === 'rejected');
    if (failed.length === 0) return MOVED;
    await unrelease(
      pool,
      realmId,
      failed.map((page) => page.pageNo),
    );
    throw new Error(`${failed.length} of ${taken.pages.length} pages could not be given to the queue`);
  };
}

/** What is lost has its place in the window; the rest shares the room that is left, what is blocked behind what is new. */
async function takePages(tx: PoolClient, realmId: string, release: Release): Promise<Taken> {
  const purge = await lockPurge(tx, realmId, 'releasing');
  if (!purge) return BUSY;
  const { store, windowPages, rereleaseMs, pageBlocks } = release;
  const realm = { realmId, organizationId: purge.organization_id };
  const due = (why: Parameters<typeof lockDue>[1], limit: number) =>
    limit > 0 ? lockDue(tx, why, realmId, rereleaseMs, limit) : [];

  const outstanding = await countOutstanding(tx, realmId);
  const room = windowPages - outstanding.in_flight;
  const [lost, returned] = [await due('lost', windowPages), await due('returned', room)];
  const freshRoom = room - returned.length;
  const fresh =
    freshRoom > 0 ? await store.nextPages(tx, realm, purge.release_cursor, freshRoom, pageBlocks) : [];
  const blocked = await due('blocked', freshRoom - fresh.length);

  const again = await takeAgain(tx, store, purge, [...lost, ...returned, ...blocked], pageBlocks);
  if ('kind' in again) return again;
  const pages = [...again, ...(await takeFresh(tx, purge, fresh))];
  return { kind: 'taken', pages, exhausted: pages.length === 0 && outstanding.released === 0 };
}

async function takeFresh(tx: PoolClient, purge: PurgeRow, pages: readonly PageRows[]): Promise<Released[]> {
  const released: Released[] = [];
  for (const [i, rows] of pages.entries()) {
    const page = recordOf(purge.next_page + i, 1, rows);
    await insertPage(tx, purge.realm_id, page);
    released.push(releasedOf(purge, page, rows));
    if (i === pages.length - 1) await moveCursor(tx, purge.realm_id, page.last, page.pageNo + 1);
  }
  return released;
}

/** The pages with their rows as they are now, or an attention that has changed nothing. */
async function takeAgain(
  tx: PoolClient,
  store: RealmStore,
  purge: PurgeRow,
  due: readonly DuePage[],
  pageBlocks: number,
): Promise<Released[] | Extract<StepResult, { kind: 'attention' }>> {
  const { realm_id: realmId, organization_id: organizationId } = purge;
  const found: { readonly page: PageRecord; readonly rows: PageRows }[] = [];
  for (const { page_no: pageNo, cut, first_block: first, last_block: last } of due) {
    const rows = await store.pageIn(tx, { realmId, organizationId }, { first, last }, pageBlocks);
    if (rows === undefined) return attention(`the rows of page ${pageNo} went without a receipt`);
    const page = recordOf(pageNo, cut + 1, rows);
    found.push({ rows, page: { ...page, first, last: page.rows < pageBlocks ? last : page.last } });
  }
  for (const { page } of found) await updatePage(tx, realmId, page);
  return found.map(({ page, rows }) => releasedOf(purge, page, rows));
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

function releasedOf(
  purge: PurgeRow,
  { pageNo, cut, rows, digest }: PageRecord,
  { sweepable }: PageRows,
): Released {
  const body = { page: pageNo, blockIds: sweepable, rowDigest: digest, rows, cut };
  return { pageNo, event: event('realm.blocks_released', purge, new Date(), body) };
}
