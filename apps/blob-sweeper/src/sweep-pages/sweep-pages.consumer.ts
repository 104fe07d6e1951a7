import {
  BLOCKS_STREAM,
  MAX_PAGE_BLOCKS,
  decodeEvent,
  isCanonicalUuid,
  unpackBlockIds,
  type StreamSpec,
} from '@lethe/contracts';
import { deadLetter } from '@lethe/inbox';
import { DONE, createConsumer, retry, type Decision, type Messaging, type Received } from '@lethe/messaging';
import { storeOf } from '@lethe/object-store';
import type { Authority } from '@lethe/participant';
import type { Pool } from '@lethe/postgres';
import type { Component } from '@lethe/service';
import type { Logger, Metrics } from '@lethe/telemetry';
import type { SweepLimits } from '../limit/sweep-limits.js';
import type { StoreSet } from '../stores/store-set.js';
import { awayMs, createOutagesTold } from './outages-told.js';
import { createStoreFailures } from './store-failures.js';
import { givePageUp, sweepPage, type OwnedPage, type SweepOutcome } from './sweep-page.js';
import { tellOutage } from './tell-outage.js';

const DURABLE = 'blob-sweeper-pages';
const ACK_WAIT_MS = 30_000;
const LAST_RETRY_MS = 30_000;
const BUSY_MS = 1_000;
const STOP_MS = 5_000;
/** As long as a grant is believed: asking earlier would get the same answer. */
const HELD_MS = 5_000;
const PATIENT_FAILURES = 6;
const PATIENT_MS = 30_000;

type Limited = Extract<SweepOutcome, { kind: 'limited' }>;

/**
 * Takes pages from the work queue, asks for the grant, sweeps. A page that no grant stands behind is a dead letter; while the
 * authority or a store is away, the page waits, and while an operator holds its purge, too.
 */
export function sweepPagesConsumer(deps: {
  readonly pool: Pool;
  readonly messaging: Messaging;
  readonly authority: Authority;
  readonly stores: Pick<StoreSet, 'of' | 'all' | 'outageOf'>;
  readonly limits: Pick<SweepLimits, 'take' | 'pause'>;
  readonly concurrency: number;
  /** The work queue, where it is not the contract's. */
  readonly queue?: Pick<StreamSpec, 'name' | 'subjects'>;
  readonly ackWaitMs?: number;
  /** After how long a page is looked at again that an operator holds. */
  readonly heldMs?: number;
  /** A page that the stores failed so often is reported as blocked: waiting in the queue, it would be seen by nobody. */
  readonly patientFailures?: number;
  /** A store that is away for so long is told of by one page of each purge. */
  readonly patientMs?: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Component {
  const { pool, stores, limits, logger, metrics } = deps;
  const { queue = BLOCKS_STREAM, ackWaitMs = ACK_WAIT_MS } = deps;
  const { heldMs = HELD_MS, patientFailures = PATIENT_FAILURES, patientMs = PATIENT_MS } = deps;

  const failures = createStoreFailures();
  const told = createOutagesTold(patientMs);
  const stopping = new AbortController();

  /**
   * A page that a store's limit holds up waits in hand: most stores are everybody's, so those behind it would seldom be sooner.
   * Whatever happened meanwhile is seen: grant and ledger are asked anew. A page that an operator holds is given back instead, for
   * those of other purges may go on.
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
    let page: OwnedPage;
    try {
      page = decode(message);
    } catch (error) {
      return refuse(`cannot be decoded: ${(error as Error).message}`);
    }
    const { realmId, page: pageNo } = page;
    const { deliveries } = message;
    try {
      const outcome = await sweepPage(deps, page);
      metrics.loopItems.inc({ loop: 'sweep-pages', count: outcome.kind });
      switch (outcome.kind) {
        case 'limited':
          return outcome;
        case 'held':
          return retry(heldMs, outcome.reason);
        case 'busy':
          return retry(BUSY_MS, 'another sweeper has this page');
        case 'refused':
          return await refuse(outcome.reason);
        case 'away':
          return await notAsked(page, outcome);
        case 'unanswered':
          return await notSwept(page, outcome);
        case 'settled':
          break;
        case 'back':
          logger.warn(
            { realmId, page: pageNo, reason: outcome.reason },
            'blocks that were verified gone are back',
          );
          break;
        default: {
          const { swept, reason } = outcome.result;
          metrics.loopItems.inc({ loop: 'sweep-pages', count: 'blocks' }, swept);
          if (outcome.kind === 'blocked') logger.warn({ realmId, page: pageNo, reason }, 'page blocked');
        }
      }
      failures.forget(page);
      return DONE;
    } catch (error) {
      // The authority or the ledger is away, or the lock was lost: that says nothing about a store.
      logger.warn({ err: error, realmId, page: pageNo, deliveries }, 'page not swept, comes again');
      return retry(laterMs(deliveries), 'not swept');
    }
  }

  /**
   * The page goes back to the queue, where it waits for the store with all others of it: neither store nor ledger is asked, and it does
   * not count as failed. Pages of other stores go on meanwhile.
   */
  async function notAsked(
    page: OwnedPage,
    { grant, outage }: Extract<SweepOutcome, { kind: 'away' }>,
  ): Promise<Decision> {
    if (stopping.signal.aborted) return retry(BUSY_MS, 'stopping');
    const now = new Date();
    if (told.isDue(page, outage, now)) {
      const telling = await tellOutage(pool, grant, page, outage);
      if (telling !== 'not_here') told.add(page, outage);
      if (telling === 'told') {
        metrics.alarms.inc({ alarm: 'store_away' });
        const { realmId } = page;
        logger.warn({ realmId, store: outage.store, since: outage.since, code: outage.code }, 'store away');
      }
    }
    return retry(awayMs(outage, now, Math.random()), 'a store is away');
  }

  /** A store failed. One that this service itself let go of, to stop, did not. */
  async function notSwept(
    page: OwnedPage,
    { grant, error }: Extract<SweepOutcome, { kind: 'unanswered' }>,
  ): Promise<Decision> {
    if (stopping.signal.aborted) return retry(BUSY_MS, 'stopping');
    const times = failures.count(page);
    const { realmId, page: pageNo } = page;
    logger.warn(
      { err: error, realmId, page: pageNo, failures: times },
      'a store failed, the page comes again',
    );
    if (times < patientFailures) return retry(laterMs(times), 'not swept');
    metrics.alarms.inc({ alarm: 'store_unanswering' });
    await givePageUp(deps, grant, page, `${storeOf(error) ?? 'a store'}: ${error.name}`);
    failures.forget(page);
    return DONE;
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
        for (const store of stores.all) store.close();
      }, STOP_MS);
      const stopped = consumer.stop();
      stopping.abort();
      await stopped.finally(() => {
        clearTimeout(impatient);
      });
    },
  };
}

const laterMs = (times: number) => Math.min(LAST_RETRY_MS, 500 * 2 ** Math.min(times, 10));

/** The connection may be gone for good: then the message comes again, and a timer's exception would end the process. */
function keepAlive(message: Received): void {
  try {
    message.working();
  } catch {
    return;
  }
}

function decode({ data }: Received): OwnedPage {
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
