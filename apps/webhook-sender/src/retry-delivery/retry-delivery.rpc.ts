import { status } from '@grpc/grpc-js';
import type { RetryDeliveryRequest, RetryDeliveryResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import { transaction, type Pool } from '@lethe/postgres';
import { uuidOf } from '../requests.js';
import { reviveDelivery } from './retry-delivery.sql.js';

/** @param revived rings the sender's bell */
export const retryDeliveryRpc =
  (pool: Pool, revived: () => void) =>
  async (request: RetryDeliveryRequest): Promise<RetryDeliveryResponse> => {
    const deliveryId = uuidOf(request.deliveryId);
    const found = deliveryId && (await transaction(pool, (tx) => reviveDelivery(tx, deliveryId)));
    if (!found)
      throw new RefusalError({
        code: status.NOT_FOUND,
        reason: 'DELIVERY_NOT_FOUND',
        message: 'Delivery not found',
      });
    if (found.state !== 'dead')
      throw new RefusalError({
        code: status.FAILED_PRECONDITION,
        reason: 'NOT_A_DEAD_LETTER',
        message: `The delivery is ${found.state}: only a dead letter is taken up again`,
      });
    if (found.disabled)
      throw new RefusalError({
        code: status.FAILED_PRECONDITION,
        reason: 'WEBHOOK_DISABLED',
        message: 'The endpoint answered that it is gone: add its webhook anew',
      });
    revived();
    return {};
  };
