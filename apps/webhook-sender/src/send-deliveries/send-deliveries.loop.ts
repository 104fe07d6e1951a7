import { randomUUID } from 'node:crypto';
import { transaction } from '@lethe/postgres';
import { compose, createLoop, type Component } from '@lethe/service';
import { LOOP, sendDelivery, type Sending } from './send-delivery.js';
import { leaseDue, lockDueWebhooks, type LeasedRow } from './send-deliveries.sql.js';

export interface SenderOptions extends Sending {
  /** Requests under way at once, of this replica. */
  readonly concurrency: number;
  /** Requests under way at once for one webhook, of all replicas: a slow endpoint keeps no more of them than this. */
  readonly perWebhook: number;
  /** Longer than any attempt and its record may take. */
  readonly leaseSeconds: number;
  /** The look without a doorbell. */
  readonly intervalMs: number;
}

/** A component with a doorbell. */
export interface Sender extends Component {
  wake(): void;
}

/**
 * Makes it true that what is due is sent. Each look leases as much as there is room for and does not wait for it: whatever ends makes
 * room, and rings for the next look. Stopping lets requests under way end.
 */
export function createSender(options: SenderOptions): Sender {
  const { pool, logger, metrics, concurrency, perWebhook, leaseSeconds, intervalMs } = options;
  const inHand = new Set<Promise<void>>();

  async function runOnce() {
    const limit = concurrency - inHand.size;
    if (limit <= 0) return { counts: { leased: 0 } };
    const bounds = { limit, perWebhook, leaseSeconds };
    const leased = await transaction(pool, async (tx) => {
      const webhookIds = await lockDueWebhooks(tx, bounds);
      return webhookIds.length === 0 ? [] : leaseDue(tx, webhookIds, randomUUID(), bounds);
    });
    for (const row of leased) take(row);
    return { counts: { leased: leased.length } };
  }

  function take(row: LeasedRow): void {
    const work = sendDelivery(options, row)
      .catch((error: unknown) => {
        const { delivery_id: deliveryId } = row;
        logger.warn(
          { err: error, deliveryId },
          'what came of a webhook could not be recorded: it is sent again',
        );
      })
      .finally(() => {
        inHand.delete(work);
        loop.wake();
      });
    inHand.add(work);
  }

  const loop = createLoop({ name: LOOP, intervalMs, runOnce, logger, metrics });
  const underWay: Component = {
    name: 'requests under way',
    start: () => Promise.resolve(),
    stop: async () => {
      await Promise.all(inHand);
    },
  };
  return {
    ...compose(LOOP, [underWay, loop]),
    wake: () => {
      loop.wake();
    },
  };
}
