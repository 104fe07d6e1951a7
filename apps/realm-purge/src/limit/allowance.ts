import type { Queryable } from '@lethe/postgres';
import { openBuckets, portionsIn, refilled, waitMs, type Bucket } from '@lethe/rate-limit';
import { RELEASE_LIMITS } from './limit.js';

const FIRST_WAIT_MS = 100;
/** A limit that is set anew rings; this is for what rings nobody. */
const LAST_WAIT_MS = 30_000;

/** What an organization's limit leaves for a step. */
export interface Allowance {
  /** Pages, of blocks that are released; without a limit any number. */
  readonly pages: number;
  /** Milliseconds until there is one, where there is none: short enough to lose nothing of the limit, and long enough not to spin. */
  readonly waitMs: number;
  /** Takes the first pages of these numbers of blocks, as many as the limit gives by now, and answers how many. */
  take(tx: Queryable, blocks: readonly number[]): Promise<number>;
}

const UNLIMITED: Allowance = {
  pages: Infinity,
  waitMs: 0,
  take: (_tx, { length }) => Promise.resolve(length),
};

/**
 * By a look at the bucket, which reserves nothing: what is taken is decided by the bucket itself, when the rows are read and it is
 * known how many there are. A page is paid for each time that it is given to the queue, whether or not the queue stores it.
 */
export function allowanceOf(organizationId: string, seen: Bucket | null, pageBlocks: number): Allowance {
  if (seen === null) return UNLIMITED;
  const tokens = refilled(seen, pageBlocks);
  // Set back, the clock says nothing: the bucket, once open, mends itself.
  const pages = seen.elapsedSeconds < 0 ? 1 : portionsIn(tokens, pageBlocks);
  return {
    pages,
    waitMs: Math.min(LAST_WAIT_MS, Math.max(FIRST_WAIT_MS, waitMs(tokens, seen.perSecond))),
    async take(tx, blocks) {
      if (blocks.length === 0) return 0;
      const [bucket] = await openBuckets(tx, RELEASE_LIMITS, [organizationId], pageBlocks);
      // Removed since.
      return bucket === undefined ? blocks.length : bucket.take(blocks);
    },
  };
}
