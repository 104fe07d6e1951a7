import { status } from '@grpc/grpc-js';
import { PurgeState, type GetPurgeRequest, type GetPurgeResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import { findPurge, sumPages } from '../purge/purge.sql.js';
import { quarantineEnd } from '../purge/quarantine.js';
import { rateOf } from '../purge/rate.js';
import { uuidOf } from '../requests.js';

const STATES = {
  ordered: PurgeState.ORDERED,
  fenced: PurgeState.FENCED,
  shredded: PurgeState.SHREDDED,
  releasing: PurgeState.RELEASING,
  closed: PurgeState.CLOSED,
} as const;

export const getPurgeRpc =
  (pool: Pool, uploadQuarantineSeconds: number) =>
  async (request: GetPurgeRequest): Promise<GetPurgeResponse> => {
    const realmId = uuidOf(request.realmId, 'realm_id');
    const row = await findPurge(pool, realmId);
    if (row === undefined)
      throw new RefusalError({
        code: status.NOT_FOUND,
        reason: 'PURGE_NOT_FOUND',
        message: 'No purge of this realm has been ordered',
      });
    const pages = await sumPages(pool, realmId);
    return {
      purge: {
        organizationId: row.organization_id,
        realmId,
        epoch: row.epoch,
        state: STATES[row.state],
        blocksTotal: row.blocks_total,
        bytesTotal: row.bytes_total,
        blocksSwept: pages.swept,
        blocksRetained: pages.retained,
        blocksBlocked: pages.blocked,
        blocksLeft: Math.max(0, row.blocks_total - pages.rows),
        orderTime: row.order_time,
        closeTime: row.close_time ?? undefined,
        attention: row.attention ?? '',
        fenceTime: row.fence_time ?? undefined,
        shredTime: row.shred_time ?? undefined,
        quarantineEndTime: quarantineEnd(row, uploadQuarantineSeconds),
        countTime: row.count_time ?? undefined,
        pagesInFlight: pages.in_flight,
        ...rateOf(row, pages, uploadQuarantineSeconds),
        failures: row.failures,
        removed: row.removed,
      },
    };
  };
