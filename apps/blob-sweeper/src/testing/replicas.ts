import { createMessaging, type Messaging } from '@lethe/messaging';
import { createS3Store, type ObjectStore, type S3StoreOptions } from '@lethe/object-store';
import { createAuthority } from '@lethe/participant';
import { createPool } from '@lethe/postgres';
import type { EncodedEvent } from '@lethe/contracts';
import { createLogger, createMetrics, type Metrics } from '@lethe/telemetry';
import { createSweepLimits } from '../limit/sweep-limits.js';
import { addStoreGauges } from '../stores/store-gauges.js';
import { createStoreSet } from '../stores/store-set.js';
import { sweepPagesConsumer } from '../sweep-pages/sweep-pages.consumer.js';

/** Shaped like a stream of the contract, but the suite's own: suites share one NATS server. */
export interface Queue {
  readonly name: string;
  readonly root: string;
  readonly subjects: readonly string[];
  readonly retention: 'limits' | 'workqueue';
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}

export interface Connections {
  readonly nats: string;
  readonly natsToken: string | undefined;
  readonly databaseUrl: string;
}

const logger = createLogger('test', 'silent');

export async function connectQueue(queue: Queue, { nats, natsToken }: Connections) {
  const messaging = createMessaging({
    servers: nats,
    token: natsToken,
    clientName: 'test',
    streams: [queue],
    replicas: 1,
    logger,
    checkMs: 200,
  });
  await messaging.start();
  const session = () => messaging.session(AbortSignal.timeout(20_000));
  await session();
  return {
    messaging,
    release: (event: EncodedEvent) =>
      messaging.publish({ ...event, subject: `${queue.root}.${event.subject}` }),
    /** Pages not yet settled, in hand or not. */
    waiting: async () => (await (await session()).jsm.streams.info(queue.name)).state.messages,
    remove: async () => (await session()).jsm.streams.delete(queue.name),
  };
}
export type ConnectedQueue = Awaited<ReturnType<typeof connectQueue>>;

export interface Replica {
  readonly metrics: Metrics;
  /** Pages that it swept, or knew as swept. */
  swept(): Promise<number>;
  stop(): Promise<void>;
}

/** What of the service takes pages, on connections of its own. */
export async function startReplica(options: {
  readonly queue: Queue;
  readonly connections: Connections;
  readonly authorityAddress: string;
  /** Of everybody's blocks, or only of these organizations'. */
  readonly store: S3StoreOptions;
  readonly organizations?: readonly string[];
  /** Stores of some organizations each. */
  readonly others?: readonly { readonly store: S3StoreOptions; readonly organizations: readonly string[] }[];
  readonly concurrency?: number;
  readonly applicationName?: string;
  readonly patientFailures?: number;
  readonly patientMs?: number;
  readonly heldMs?: number;
  /** How long a grant is believed. */
  readonly keepGrantMs?: number;
}): Promise<Replica> {
  const { queue, connections, concurrency = 4, applicationName = 'replica' } = options;
  const metrics = createMetrics('test');
  const pool = createPool({
    url: connections.databaseUrl,
    applicationName,
    max: 2 * concurrency + 2,
    logger,
  });
  const authority = createAuthority(options.authorityAddress, 'token', {
    ...(options.keepGrantMs === undefined ? {} : { keepMs: options.keepGrantMs }),
  });
  const placed = [
    { store: options.store, organizations: options.organizations ?? [] },
    ...(options.others ?? []),
  ].map(({ store, organizations }) => ({ store: createS3Store(store), organizations }));
  const stores: ObjectStore[] = placed.map(({ store }) => store);
  const { messaging }: { messaging: Messaging } = await connectQueue(queue, connections);
  const limits = createSweepLimits({ pool, stores, logger, metrics });
  await limits.start();
  const consumer = sweepPagesConsumer({
    pool,
    messaging,
    authority,
    stores: createStoreSet(pool, placed),
    limits,
    concurrency,
    queue,
    ackWaitMs: 2_000,
    ...(options.patientFailures === undefined ? {} : { patientFailures: options.patientFailures }),
    ...(options.patientMs === undefined ? {} : { patientMs: options.patientMs }),
    ...(options.heldMs === undefined ? {} : { heldMs: options.heldMs }),
    logger,
    metrics,
  });
  addStoreGauges(metrics, stores);
  await consumer.start();
  return {
    metrics,
    async swept() {
      const { values } = await metrics.loopItems.get();
      const counted = ['verified', 'settled', 'blocked'];
      return values
        .filter(({ labels }) => counted.includes(String(labels.count)))
        .reduce((n, v) => n + v.value, 0);
    },
    async stop() {
      await consumer.stop();
      await limits.stop();
      await messaging.stop();
      for (const store of stores) store.close();
      authority.close();
      await pool.end();
    },
  };
}
