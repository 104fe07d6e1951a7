import type { ReleaseLimit } from '@lethe/contracts';
import type { BucketTable } from '@lethe/rate-limit';

/** The limits of organizations, each with its bucket: a token is a block that may be given to the sweepers. */
export const RELEASE_LIMITS: BucketTable = {
  table: 'release_limit',
  key: 'organization_id',
  perSecond: 'blocks_per_second',
};

export interface LimitRow {
  readonly organization_id: string;
  readonly blocks_per_second: number;
  readonly set_by: string;
  readonly set_time: Date;
}

export const limitOf = (row: LimitRow): ReleaseLimit => ({
  organizationId: row.organization_id,
  blocksPerSecond: row.blocks_per_second,
  setBy: row.set_by,
  setTime: row.set_time,
});
