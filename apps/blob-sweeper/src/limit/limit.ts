import type { SweepLimit } from '@lethe/contracts';
import type { BucketTable } from '@lethe/rate-limit';

/** The limits of stores, each with its bucket: a token is a block that may be deleted from the store. */
export const SWEEP_LIMITS: BucketTable = {
  table: 'sweep_limit',
  key: 'store',
  perSecond: 'blocks_per_second',
};

export interface LimitRow {
  readonly store: string;
  readonly blocks_per_second: number;
  readonly set_by: string;
  readonly set_time: Date;
}

export const limitOf = (row: LimitRow): SweepLimit => ({
  store: row.store,
  blocksPerSecond: row.blocks_per_second,
  setBy: row.set_by,
  setTime: row.set_time,
});
