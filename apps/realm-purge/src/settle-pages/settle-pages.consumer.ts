import { RECEIPTS_STREAM, PageOutcome, decodeEvent, isCanonicalUuid } from '@lethe/contracts';
import { deadLetter } from '@lethe/inbox';
import { DONE, createConsumer, type Messaging, type Received } from '@lethe/messaging';
import type { Pool } from '@lethe/postgres';
import type { Component } from '@lethe/service';
import type { Logger, Metrics } from '@lethe/telemetry';
import { settle, type Receipt } from './settle-pages.js';

const DURABLE = 'realm-purge-receipts';
const DIGEST_BYTES = 32;

/** Takes receipts. A page settles once whatever is delivered how often, so the page itself is the inbox. */
export function settlePagesConsumer(deps: {
  readonly pool: Pool;
  readonly messaging: Messaging;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly settled: () => void;
}): Component {
  const { pool, metrics, logger, settled } = deps;
  return createConsumer({
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
      const outcome = await settle(pool, receipt);
      metrics.loopItems.inc({ loop: 'settle-pages', count: outcome.kind });
      if (outcome.kind === 'rows_changed') {
        metrics.alarms.inc({ alarm: 'rows_changed' });
        logger.error(
          { realmId: receipt.context.workspaceId, page: receipt.page },
          'rows are not those swept; released again',
        );
      }
      if (outcome.kind !== 'stale') settled();
      return DONE;
    },
  });
}

function decode({ data }: Received): Receipt {
  const receipt = decodeEvent('realm.blocks_swept', data);
  if (!isCanonicalUuid(receipt.context.workspaceId)) throw new RangeError('the workspace id is no UUID');
  if (receipt.rowDigest.length !== DIGEST_BYTES)
    throw new RangeError(`a row digest has ${DIGEST_BYTES} bytes`);
  if (receipt.outcome !== PageOutcome.VERIFIED && receipt.outcome !== PageOutcome.BLOCKED)
    throw new RangeError('the outcome is unknown');
  if (receipt.page < 0 || receipt.blocksLeft < 0) throw new RangeError('a count is negative');
  return receipt;
}
