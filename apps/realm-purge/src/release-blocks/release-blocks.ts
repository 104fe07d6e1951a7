import { createHash } from 'node:crypto';
import type { EncodedEvent } from '@lethe/contracts';
import type { Authority } from '@lethe/participant';
import type { Messaging } from '@lethe/messaging';
import { transaction, type Pool, type PoolClient } from '@lethe/postgres';
import { event } from '../purge/event.js';
import { lockPurge, sumPages, type PurgeRow } from '../purge/purge.sql.js';
import { MOVED, attention, waiting, type StepResult } from '../purge/step.js';
import {
  insertPage,
  lockOverdue,
  moveCursor,
  readNextPages,
  readPage,
  unrelease,
  updatePage,
  type PageRecord,
  type PageRows,
} from './release-blocks.sql.js';

export interface Release {
  readonly pool: Pool;
  readonly authority: Authority;
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

const BUSY_MS = 100;
const ID_BYTES = 16;

/**
 * Step 7: gives pages of blocks to the sweepers, never more than a window of them at once. A row stays until its page's receipt is
 * recorded, so whatever crashes or is lost, the rows that remain are the work that remains. `exhausted` once every row is in a
 * settled page.
 */
export function releaseBlocks(release: Release) {
  const { pool, authority, messaging } = release;
  return async ({
    realm_id: realmId,
    epoch,
  }: PurgeRow): Promise<StepResult | { readonly kind: 'exhausted' }> => {
    if ((await authority.grant(realmId, epoch)) === undefined)
      return attention('the authority shows no grant for a purge that is under way: it has been rewound');
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

async function takePages(tx: PoolClient, realmId: string, release: Release): Promise<Taken> {
  const purge = await lockPurge(tx, realmId, 'releasing');
  if (!purge) return waiting(BUSY_MS);
  const again = await takeOverdue(tx, purge, release);
  if ('kind' in again) return again;

  const { outstanding, blocked_pages: blocked } = await sumPages(tx, realmId);
  const room = release.windowPages - outstanding;
  const rows = room > 0 ? await nextRows(tx, purge, room, release) : [];
  const fresh = await takeFresh(tx, purge, rows);
  const exhausted = room > 0 && rows.length === 0 && outstanding + blocked === 0;
  return { kind: 'taken', pages: [...again, ...fresh], exhausted };
}

const nextRows = (
  tx: PoolClient,
  purge: PurgeRow,
  room: number,
  { pageBlocks }: Release,
): Promise<PageRows[]> =>
  readNextPages(tx, purge.realm_id, purge.organization_id, purge.release_cursor, room, pageBlocks);

async function takeFresh(tx: PoolClient, purge: PurgeRow, pages: readonly PageRows[]): Promise<Released[]> {
  const released: Released[] = [];
  for (const [i, rows] of pages.entries()) {
    const page = recordOf(purge.next_page + i, rows);
    await insertPage(tx, purge.realm_id, page);
    released.push(releasedOf(purge, page, rows));
    if (i === pages.length - 1) await moveCursor(tx, purge.realm_id, page.last, page.pageNo + 1);
  }
  return released;
}

async function takeOverdue(
  tx: PoolClient,
  purge: PurgeRow,
  { rereleaseMs, windowPages }: Release,
): Promise<Released[] | Extract<StepResult, { kind: 'attention' }>> {
  const released: Released[] = [];
  for (const { page_no: pageNo, first_block: first, last_block: last } of await lockOverdue(
    tx,
    purge.realm_id,
    rereleaseMs,
    windowPages,
  )) {
    const rows = await readPage(tx, purge.realm_id, purge.organization_id, first, last);
    if (rows === undefined)
      return { kind: 'attention', reason: `the rows of page ${pageNo} went without a receipt` };
    const page = { ...recordOf(pageNo, rows), first, last };
    await updatePage(tx, purge.realm_id, page);
    released.push(releasedOf(purge, page, rows));
  }
  return released;
}

function recordOf(pageNo: number, { all_ids: all, sweep_ids: sweep }: PageRows): PageRecord {
  return {
    pageNo,
    first: all.subarray(0, ID_BYTES).toString('hex'),
    last: all.subarray(-ID_BYTES).toString('hex'),
    rows: all.length / ID_BYTES,
    swept: sweep.length / ID_BYTES,
    digest: createHash('sha256').update(all).digest(),
  };
}

function releasedOf(
  purge: PurgeRow,
  { pageNo, rows, digest }: PageRecord,
  { sweep_ids }: PageRows,
): Released {
  const body = { page: pageNo, blockIds: sweep_ids, rowDigest: digest, rows };
  return { pageNo, event: event('realm.blocks_released', purge, new Date(), body) };
}
