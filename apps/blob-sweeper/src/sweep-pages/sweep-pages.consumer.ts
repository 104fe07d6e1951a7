import {
  BLOCKS_STREAM,
  MAX_PAGE_BLOCKS,
  decodeEvent,
  isCanonicalUuid,
  unpackBlockIds,
  type Grant,
  type StreamSpec,
} from '@lethe/contracts';
import { deadLetter } from '@lethe/inbox';
import { DONE, createConsumer, retry, type Decision, type Messaging, type Received } from '@lethe/messaging';
import type { ObjectStore } from '@lethe/object-store';
import type { Authority } from '@lethe/participant';
import type { Pool } from '@lethe/postgres';
import type { Component } from '@lethe/service';
import type { Logger, Metrics } from '@lethe/telemetry';
import type { SweepLimits } from '../limit/sweep-limits.js';
import type { ReleasedPage } from './judge-page.js';
import { givePageUp, sweepPage, type SweepOutcome } from './sweep-page.js';

const DURABLE = 'blob-sweeper-pages';
const ACK_WAIT_MS = 30_000;
const LAST_RETRY_MS = 30_000;
const BUSY_MS = 1_000;
const STOP_MS = 5_000;
const PATIENT_DELIVERIES = 6;

type Limited = Extract<SweepOutcome, { kind: 'limited' }>;

/**
 * Takes pages from the work queue, asks for the grant, sweeps. A page that no grant stands behind is a dead letter; while the
 * authority or a store is away, the page waits.
 */
export function sweepPagesConsumer(deps: {
  readonly pool: Pool;
  readonly messaging: Messaging;
  readonly authority: Authority;
  readonly stores: readonly ObjectStore[];
  readonly limits: Pick<SweepLimits, 'take' | 'pause'>;
  readonly concurrency: number;
  /** The work queue, where it is not the contract's. */
  readonly queue?: Pick<StreamSpec, 'name' | 'subjects'>;
  readonly ackWaitMs?: number;
  /** A page that failed so often is reported as blocked: waiting in the queue, it would be seen by nobody. */
  readonly patientDeliveries?: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Component {
  const { pool, authority, stores, limits, logger, metrics } = deps;
  const { queue = BLOCKS_STREAM, ackWaitMs = ACK_WAIT_MS, patientDeliveries = PATIENT_DELIVERIES } = deps;

  const stopping = new AbortController();

  /**
   * A page that a store's limit holds up waits in hand: each page needs every store, so those behind it would not be sooner, and
   * what is given back counts as tried. Whatever happened meanwhile is seen: grant and ledger are asked anew.
   */
  async function handle(message: Received): Promise<Decision> {
    const alive = setInterval(() => {
      keepAlive(message);
    }, ackWaitMs / 3);
    try {
      for (;;) {
        const came = await handleNow(message);
        if (came.kind !== 'limited') return came;
        await limits.pause(came.waitMs, stopping.signal);
        if (stopping.signal.aborted) return retry(BUSY_MS, 'stopping');
      }
    } finally {
      clearInterval(alive);
    }
  }

  async function handleNow(message: Received): Promise<Decision | Limited> {
    const refuse = (reason: string) => deadLetter({ pool, metrics, consumer: DURABLE }, message, reason);
    let page: ReturnType<typeof decode>;
    try {
      page = decode(message);
    } catch (error) {
      return refuse(`cannot be decoded: ${(error as Error).message}`);
    }
    let grant: Grant | undefined;
    try {
      grant = await authority.grant(page.realmId, page.epoch);
      if (grant === undefined) return await refuse('no grant stands behind this page');
      if (grant.organizationId !== page.organizationId)
        return await refuse('the page names another organization than the grant');
      const outcome = await sweepPage(pool, stores, grant, page, limits);
      metrics.loopItems.inc({ loop: 'sweep-pages', count: outcome.kind });
      if (outcome.kind === 'limited') return outcome;
      if (outcome.kind === 'busy') return retry(BUSY_MS, 'another sweeper has this page');
      if (outcome.kind === 'refused') return await refuse(outcome.reason);
      if (outcome.kind === 'settled') return DONE;
      if (outcome.kind === 'back') {
        const { realmId, page: pageNo } = page;
        logger.warn(
          { realmId, page: pageNo, reason: outcome.reason },
          'blocks that were verified gone are back',
        );
        return DONE;
      }
      const { swept, reason } = outcome.result;
      metrics.loopItems.inc({ loop: 'sweep-pages', count: 'blocks' }, swept);
      if (outcome.kind === 'blocked')
        logger.warn({ realmId: page.realmId, page: page.page, reason }, 'page blocked');
      return DONE;
    } catch (error) {
      const { deliveries } = message;
      logger.warn(
        { err: error, realmId: page.realmId, page: page.page, deliveries },
        'page not swept, comes again',
      );
      if (grant && deliveries >= patientDeliveries) {
        metrics.alarms.inc({ alarm: 'store_unanswering' });
        await givePageUp(pool, stores, grant, page, (error as Error).name);
        return DONE;
      }
      return retry(Math.min(LAST_RETRY_MS, 500 * 2 ** Math.min(message.deliveries, 10)), 'not swept');
    }
  }

  const consumer = createConsumer({
    ...deps,
    stream: queue.name,
    durable: DURABLE,
    subjects: queue.subjects,
    ackWaitMs,
    handle,
  });
  return {
    ...consumer,
    /** Pages in hand may finish, but a store that does not answer holds nobody up: its page comes again. */
    async stop() {
      const impatient = setTimeout(() => {
        for (const store of stores) store.close();
      }, STOP_MS);
      const stopped = consumer.stop();
      stopping.abort();
      await stopped.finally(() => {
        clearTimeout(impatient);
      });
    },
  };
}

/** The connection may be gone for good: then the message comes again, and a timer's exception would end the process. */
function keepAlive(message: Received): void {
  try {
    message.working();
  } catch {
    return;
  }
}

function decode({ data }: Received): ReleasedPage & {
  readonly organizationId: string;
  readonly realmId: string;
  readonly epoch: number;
} {
  const {
    context,
    page,
    blockIds: packed,
    rowDigest,
    rows,
    cut,
  } = decodeEvent('realm.blocks_released', data);
  const { organizationId, workspaceId: realmId, epoch } = context;
  if (!isCanonicalUuid(realmId)) throw new RangeError('the workspace id is no UUID');
  const blockIds = unpackBlockIds(packed);
  if (blockIds.length > MAX_PAGE_BLOCKS) throw new RangeError(`more than ${MAX_PAGE_BLOCKS} blocks`);
  if (rows < blockIds.length || rows < 1 || rows > MAX_PAGE_BLOCKS)
    throw new RangeError('the rows do not fit the blocks');
  if (rowDigest.length !== 32) throw new RangeError('a row digest has 32 bytes');
  if (page < 0) throw new RangeError('a page number is not negative');
  if (cut < 1) throw new RangeError('a cut is positive');
  if (epoch < 1) throw new RangeError('an epoch is positive');
  return { organizationId, realmId, epoch, page, blockIds, rowDigest, rows, cut };
}
