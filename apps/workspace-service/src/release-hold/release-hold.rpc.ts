import { status } from '@grpc/grpc-js';
import type { ReleaseHoldRequest, ReleaseHoldResponse } from '@lethe/contracts';
import { appendEvents } from '@lethe/outbox';
import { RefusalError } from '@lethe/outcome';
import { transaction, type Pool } from '@lethe/postgres';
import { event } from '../event.js';
import { textOf, uuidOf } from '../requests.js';
import { releaseHold } from './release-hold.sql.js';

export const releaseHoldRpc =
  (pool: Pool) =>
  async (request: ReleaseHoldRequest): Promise<ReleaseHoldResponse> => {
    const holdId = uuidOf(request.holdId);
    const releasedBy = textOf(request.releasedBy, 'released_by', 128);
    return transaction(pool, async (tx) => {
      const released = holdId && (await releaseHold(tx, holdId, releasedBy));
      if (!released)
        throw new RefusalError({
          code: status.NOT_FOUND,
          reason: 'HOLD_NOT_FOUND',
          message: 'There is no hold of this id in force',
        });
      await appendEvents(tx, event('workspace.hold_released', released, released.release_time, { holdId }));
      return { hold: undefined };
    });
  };
