import type { Messaging } from '@lethe/messaging';
import { createListener, type Pool } from '@lethe/postgres';
import { compose, createLoop, type Component, type Loop, type RunResult } from '@lethe/service';
import type { Logger, Metrics } from '@lethe/telemetry';
import { OUTBOX_CHANNEL, deletePublished, leaseUnpublished, settleLease } from './outbox.sql.js';

export interface RelayOptions {
  readonly pool: Pool;
  /** For LISTEN, which needs a connection of its own. */
  readonly databaseUrl: string;
  readonly messaging: Messaging;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** The look without a doorbell. */
  readonly intervalMs?: number;
  readonly keepSeconds?: number;
}

const BATCH = 200;
/** Longer than any publish may take. */
const LEASE_SECONDS = 30;
const DAY_SECONDS = 86_400;

/**
 * Publishes what transactions appended, at least once, woken by NOTIFY and correct without it. Several replicas share the work
 * by leases, so that no transaction is open while JetStream is asked.
 */
export function createRelay(options: RelayOptions): Component {
  const {
    pool,
    databaseUrl,
    messaging,
    logger,
    metrics,
    intervalMs = 5_000,
    keepSeconds = DAY_SECONDS,
  } = options;
  const relay: Loop = createLoop({
    name: 'relay-outbox',
    intervalMs,
    runOnce: () => relayOnce(pool, messaging, metrics),
    logger,
    metrics,
  });
  const clean: Loop = createLoop({
    name: 'clean-outbox',
    intervalMs: 60_000,
    runOnce: async () => {
      const deleted = await deletePublished(pool, keepSeconds, 1_000);
      return { counts: { deleted }, more: deleted === 1_000 };
    },
    logger,
    metrics,
  });
  const wake = () => {
    relay.wake();
  };
  let endReset: () => void = () => undefined;
  const onReconnect: Component = {
    name: 'relay-on-reconnect',
    start() {
      endReset();
      endReset = messaging.onReset(wake);
      return Promise.resolve();
    },
    stop() {
      endReset();
      return Promise.resolve();
    },
  };
  return compose('outbox', [
    relay,
    clean,
    onReconnect,
    createListener(databaseUrl, OUTBOX_CHANNEL, wake, logger),
  ]);
}

/** Publishes one batch. An event that JetStream refused stays unpublished; the others of the batch do not wait for it. */
export async function relayOnce(pool: Pool, messaging: Messaging, metrics: Metrics): Promise<RunResult> {
  const rows = await leaseUnpublished(pool, LEASE_SECONDS, BATCH);
  if (rows.length === 0) return { counts: { found: 0 } };
  const results = await Promise.allSettled(
    rows.map(({ event_id: eventId, subject, headers, payload }) =>
      messaging.publish({ eventId, subject, headers, payload }),
    ),
  );
  const ids = (status: 'fulfilled' | 'rejected') =>
    rows.filter((_, i) => results[i]?.status === status).map((row) => row.event_id);
  const [published, failed] = [ids('fulfilled'), ids('rejected')];
  await settleLease(pool, published, failed);
  for (const { event_id, headers } of rows)
    if (published.includes(event_id)) metrics.published.inc({ type: headers['ce-type'] ?? 'unknown' });
  return {
    counts: { found: rows.length, published: published.length, failed: failed.length },
    more: failed.length === 0 && rows.length === BATCH,
  };
}
