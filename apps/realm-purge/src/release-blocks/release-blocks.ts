import type { EncodedEvent } from '@lethe/contracts';
import type { Messaging } from '@lethe/messaging';
import { transaction, type Pool, type PoolClient } from '@lethe/postgres';
import { allowanceOf } from '../limit/allowance.js';
import { event } from '../purge/event.js';
import { lockPurge, type PurgeRow } from '../purge/purge.sql.js';
import { quarantineLeftMs } from '../purge/quarantine.js';
import { refillAt } from '../purge/refill.js';
import { BUSY, MOVED, waiting, type StepResult } from '../purge/step.js';
import { QueueError } from '../purge/failure.js';
import type { RealmStore } from '../store/realm-store.js';
import { cutAgain, cutFresh, type CutPage } from './cut-pages.js';
import {
  awaitRoom,
  countFlying,
  countOutstanding,
  hasRoom,
  insertPages,
  lockCutting,
  lockDue,
  lockFlying,
  moveCursor,
  unrelease,
  updatePage,
} from './release-blocks.sql.js';
import { roomFor } from './room.js';

export interface Release {
  readonly pool: Pool;
  readonly store: RealmStore;
  readonly messaging: Pick<Messaging, 'publish'>;
  readonly windowPages: number;
  /** Pages of all purges in flight at once. */
  readonly maxPagesInFlight: number;
  readonly pageBlocks: number;
  readonly rereleaseMs: number;
  /** No block is released before this time has passed since the fence: uploads that were under way are over then. */
  readonly uploadQuarantineSeconds: number;
}

interface Released {
  readonly pageNo: number;
  readonly event: EncodedEvent;
}
type Taken =
  | { readonly kind: 'taken'; readonly pages: Released[] }
  | { readonly kind: 'exhausted' }
  | Exclude<StepResult, { kind: 'moved' }>;

/** A wait that something may cut short which nobody rings for: a setting that was changed. */
const LOOK_AGAIN_MS = 600_000;

/**
 * Step 7: gives pages of blocks to the sweepers, never more than a window of them at once, nor more than one of all purges together.
 * A row stays until its page's receipt is recorded, so whatever crashes or is lost, the rows that remain are the work that remains.
 * `exhausted` once every row is in a settled page.
 */
export function releaseBlocks(release: Release) {
  const { pool, messaging } = release;
  return async ({ realm_id: realmId }: PurgeRow): Promise<StepResult | { readonly kind: 'exhausted' }> => {
    const taken = await transaction(pool, (tx) => takePages(tx, realmId, release));
    if (taken.kind !== 'taken') return taken;

    const results = await Promise.allSettled(taken.pages.map((page) => messaging.publish(page.event)));
    const failed = taken.pages.filter((_, i) => results[i]?.status === 'rejected');
    if (failed.length === 0) return MOVED;
    await unrelease(
      pool,
      realmId,
      failed.map((page) => page.pageNo),
    );
    throw new QueueError(`${failed.length} of ${taken.pages.length} pages could not be given to the queue`);
  };
}

/** What is lost has its place in the windows; the rest shares the room that is left, what is blocked behind what is new. */
async function takePages(tx: PoolClient, realmId: string, release: Release): Promise<Taken> {
  const purge = await lockPurge(tx, realmId, 'releasing');
  if (!purge) return BUSY;
  const { store, windowPages, rereleaseMs, pageBlocks } = release;
  const quarantineMs = quarantineLeftMs(purge, release.uploadQuarantineSeconds);
  if (quarantineMs > 0) return waiting(Math.min(quarantineMs, LOOK_AGAIN_MS));

  const { outstanding, limit: seen } = await countOutstanding(tx, purge);
  const limit = allowanceOf(purge.organization_id, seen, pageBlocks);
  if (limit.pages === 0 && outstanding > 0) {
    // Room is of no use to it: it stands in nobody's way.
    if (purge.room_time !== null) await hasRoom(tx, realmId);
    return waiting(limit.waitMs);
  }
  const flying = await countFlying(tx, purge);
  const isFull = flying.own > refillAt(windowPages);
  const room = isFull ? 0 : roomFor(flying, release);
  // One more than there is room for: whether there is any is what tells a wait for room from the end.
  const sought = isFull ? 0 : Math.min(Math.max(room, 1), Math.max(limit.pages, 1));
  const due = (why: Parameters<typeof lockDue>[1], most: number) =>
    most > 0 ? lockDue(tx, why, realmId, rereleaseMs, most) : [];
  const [lost, returned] = [
    await due('lost', Math.min(windowPages, limit.pages)),
    await due('returned', sought),
  ];
  if (sought > 0 || lost.length > 0) await lockCutting(tx, purge.organization_id);
  const fresh = await cutFresh(tx, store, purge, sought - returned.length, pageBlocks);
  const blocked = await due('blocked', sought - returned.length - fresh.length);
  if (outstanding + fresh.length === 0) return { kind: 'exhausted' };

  const again = await cutAgain(tx, store, purge, [...lost, ...returned, ...blocked], pageBlocks);
  if ('kind' in again) return again;
  const [ready, others] = [again.slice(0, lost.length), again.slice(lost.length)];
  const waits = [...others.slice(0, returned.length), ...fresh, ...others.slice(returned.length)];
  const placed = waits.slice(0, room === 0 ? 0 : await takeRoom(tx, purge, release, waits.length));
  if (placed.length < waits.length) await awaitRoom(tx, realmId);
  else if (purge.room_time !== null) await hasRoom(tx, realmId);

  const ripe = [...ready, ...placed];
  const allowed = await limit.take(
    tx,
    ripe.map(({ page }) => page.swept),
  );
  const pages = await give(tx, purge, ripe.slice(0, allowed));
  if (pages.length > 0) return { kind: 'taken', pages };
  return waiting(ripe.length > 0 ? limit.waitMs : rereleaseMs / 2);
}

/** Room for so many pages at most, which nobody else takes before this transaction ends. Rows were read before, so that is soon. */
async function takeRoom(tx: PoolClient, purge: PurgeRow, release: Release, pages: number): Promise<number> {
  if (pages === 0) return 0;
  await lockFlying(tx);
  return Math.min(pages, roomFor(await countFlying(tx, purge), release));
}

async function give(tx: PoolClient, purge: PurgeRow, pages: readonly CutPage[]): Promise<Released[]> {
  const { realm_id: realmId } = purge;
  for (const { page, fresh } of pages) if (!fresh) await updatePage(tx, realmId, page);
  const fresh = pages.filter((page) => page.fresh).map(({ page }) => page);
  const last = fresh.at(-1);
  if (last) {
    await insertPages(tx, realmId, fresh);
    await moveCursor(tx, realmId, last.last, last.pageNo + 1);
  }
  return pages.map(({ page, rows: { sweepable } }) => {
    const { pageNo, cut, rows, digest } = page;
    const body = { page: pageNo, blockIds: sweepable, rowDigest: digest, rows, cut };
    return { pageNo, event: event('realm.blocks_released', purge, new Date(), body) };
  });
}
