import { DONE, createConsumer, type ConsumerOptions, type Decision, type Received } from '@lethe/messaging';
import { transaction, type Pool, type PoolClient } from '@lethe/postgres';
import { compose, createLoop, type Component } from '@lethe/service';
import { deadLetter } from './dead-letter.js';
import { deleteReceived, insertReceived } from './inbox.sql.js';

export interface InboxOptions<Body> extends Omit<ConsumerOptions, 'handle'> {
  readonly pool: Pool;
  /** Throws on bytes that are no such message: it becomes a dead letter. */
  readonly decode: (message: Received) => Body;
  /** The message's effect, in the transaction that remembers the message. SQL only. A decision other than `done` undoes it. */
  readonly effect: (tx: PoolClient, body: Body) => Promise<Decision>;
  /** After the transaction committed, also for a duplicate: ring a doorbell, nothing more. */
  readonly afterwards?: (body: Body) => void;
}

/** A message that was delivered this often without success becomes a dead letter. The rows it spoke of are still reconciled. */
const MAX_DELIVERIES = 100;
const KEEP_SECONDS = 14 * 86_400;

class Undone extends Error {
  constructor(readonly decision: Decision) {
    super('undone');
  }
}

/** Consumes a stream so that each message takes effect once: dedupe and effect commit together. */
export function createInboxConsumer<Body>(options: InboxOptions<Body>): Component {
  const { pool, durable, metrics, logger } = options;
  const letters = { pool, metrics, consumer: durable };

  async function handle(message: Received): Promise<Decision> {
    let body: Body;
    try {
      body = options.decode(message);
    } catch (error) {
      return deadLetter(letters, message, `cannot be decoded: ${(error as Error).message}`);
    }
    let decision: Decision;
    try {
      decision = await once(message, body);
    } catch (error) {
      // Perhaps the database is away: then this rejects too, and the message comes again.
      if (message.deliveries < MAX_DELIVERIES) throw error;
      return deadLetter(letters, message, `${message.deliveries} deliveries: ${(error as Error).message}`);
    }
    if (decision.kind === 'reject') return deadLetter(letters, message, decision.reason);
    if (decision.kind === 'retry' && message.deliveries >= MAX_DELIVERIES)
      return deadLetter(letters, message, `${message.deliveries} deliveries: ${decision.reason}`);
    if (decision.kind === 'done') options.afterwards?.(body);
    return decision;
  }

  function once(message: Received, body: Body): Promise<Decision> {
    return transaction(pool, async (tx) => {
      if (!(await insertReceived(tx, durable, message.eventId))) return DONE;
      const decision = await options.effect(tx, body);
      if (decision.kind !== 'done') throw new Undone(decision);
      return decision;
    }).catch((error: unknown) => {
      if (error instanceof Undone) return error.decision;
      throw error;
    });
  }

  const clean = createLoop({
    name: `clean-inbox-${durable}`,
    intervalMs: 3_600_000,
    runOnce: async () => {
      const deleted = await deleteReceived(pool, KEEP_SECONDS, 1_000);
      return { counts: { deleted }, more: deleted === 1_000 };
    },
    logger,
    metrics,
  });
  return compose(`inbox ${durable}`, [createConsumer({ ...options, handle }), clean]);
}
