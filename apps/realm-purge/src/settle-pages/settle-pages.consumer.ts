import {
  MAX_PAGE_BLOCKS,
  RECEIPTS_STREAM,
  PageOutcome,
  decodeEvent,
  isCanonicalUuid,
} from '@lethe/contracts';
import { deadLetter } from '@lethe/inbox';
import { DONE, createConsumer, type Messaging, type Received } from '@lethe/messaging';
import type { Authority } from '@lethe/participant';
import type { Pool } from '@lethe/postgres';
import type { Component } from '@lethe/service';
import type { Logger, Metrics } from '@lethe/telemetry';
import { refillAt } from '../purge/refill.js';
import type { RealmStore } from '../store/realm-store.js';
import { createDoorbell } from './doorbell.js';
import { settleGranted, type Receipt } from './settle-pages.js';

const DURABLE = 'realm-purge-receipts';
const DIGEST_BYTES = 32;
const MAX_REASON = 1_000;
/** PostgreSQL's text holds no NUL, and a reader sees none of the others. */
const CONTROL = /\p{Cc}/gu;

/** Takes receipts. A page settles once whatever is delivered how often, so the page itself is the inbox. */
export function settlePagesConsumer(deps: {
  readonly pool: Pool;
  readonly store: RealmStore;
  readonly messaging: Messaging;
  readonly authority: Authority;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Pages of one purge in flight at once. */
  readonly windowPages: number;
  /** Steps of purges are due. */
  readonly rang: () => void;
}): Component {
  const { pool, store, authority, metrics, logger, rang } = deps;
  const doorbell = createDoorbell({ pool, logger, rang, mostInFlight: refillAt(deps.windowPages) });
  const consumer = createConsumer({
    ...deps,
    stream: RECEIPTS_STREAM.name,
    durable: DURABLE,
    subjects: RECEIPTS_STREAM.subjects,
    ackWaitMs: 30_000,
    concurrency: 8,
    handle: async (message) => {
      let receipt: Receipt;
      try {
        receipt = decode(message);
      } catch (error) {
        return deadLetter(
          { pool, metrics, consumer: DURABLE },
          message,
          `cannot be decoded: ${(error as Error).message}`,
        );
      }
      const outcome = await settleGranted(authority, pool, store, receipt, doorbell.ring);
      metrics.loopItems.inc({ loop: 'settle-pages', count: outcome.kind });
      if (outcome.kind === 'rows_changed') {
        metrics.alarms.inc({ alarm: 'rows_changed' });
        logger.error(
          { realmId: receipt.context.workspaceId, page: receipt.page },
          'rows are not those swept; released again',
        );
      }
      return DONE;
    },
  });
  return {
    ...consumer,
    async stop() {
      await consumer.stop();
      await doorbell.silence();
    },
  };
}

/** A message that a statement could not take would come again for ever: what is wrong is found here. */
export function decode({ data }: Pick<Received, 'data'>): Receipt {
  const receipt = decodeEvent('realm.blocks_swept', data);
  if (!isCanonicalUuid(receipt.context.workspaceId)) throw new RangeError('the workspace id is no UUID');
  if (receipt.rowDigest.length !== DIGEST_BYTES)
    throw new RangeError(`a row digest has ${DIGEST_BYTES} bytes`);
  if (receipt.outcome !== PageOutcome.VERIFIED && receipt.outcome !== PageOutcome.BLOCKED)
    throw new RangeError('the outcome is unknown');
  const blocked = receipt.outcome === PageOutcome.BLOCKED;
  if (receipt.page < 0 || receipt.cut < 0 || receipt.blocksSwept < 0 || (blocked && receipt.blocksLeft < 1))
    throw new RangeError('a count is too small');
  if (receipt.blocksLeft > MAX_PAGE_BLOCKS) throw new RangeError('a count is too large');
  if (Number.isNaN(receipt.until?.getTime())) throw new RangeError('a time is out of range');
  return { ...receipt, reason: receipt.reason.replace(CONTROL, '\u{FFFD}').slice(0, MAX_REASON) };
}
