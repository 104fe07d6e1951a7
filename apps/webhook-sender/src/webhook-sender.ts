import { fileURLToPath } from 'node:url';
import { STREAMS, WebhookServiceService, type WebhookServiceServer } from '@lethe/contracts';
import { createMessaging } from '@lethe/messaging';
import { createDatabase, isDatabaseAway, type Pool } from '@lethe/postgres';
import {
  compose,
  createAdminServer,
  createGrpcServer,
  createLoop,
  Handlers,
  type Component,
} from '@lethe/service';
import { createMetrics, type Logger } from '@lethe/telemetry';
import type { Config } from './config.js';
import { createWebhookRpc } from './create-webhook/create-webhook.rpc.js';
import { deleteWebhookRpc } from './delete-webhook/delete-webhook.rpc.js';
import { listDeadLettersRpc } from './list-dead-letters/list-dead-letters.rpc.js';
import { listWebhooksRpc } from './list-webhooks/list-webhooks.rpc.js';
import { pruneDeliveries } from './prune-deliveries/prune-deliveries.loop.js';
import { recordEventsConsumer } from './record-events/record-events.consumer.js';
import { retryDeliveryRpc } from './retry-delivery/retry-delivery.rpc.js';
import { post } from './send-deliveries/post.js';
import { resolveHost } from './send-deliveries/resolve-host.js';
import { createSender, type Sender } from './send-deliveries/send-deliveries.loop.js';

const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));
const ATTEMPT_MS = 10_000;
const LEASE_SECONDS = 60;
const PER_WEBHOOK = 4;
const HOUR_MS = 3_600_000;

export interface WebhookSenderHandle extends Component {
  readonly grpcAddress: string;
  readonly adminAddress: string;
}

/** The service, wired. Starting migrates its database; NATS and the endpoints may be away. */
export function createWebhookSender(config: Config, { logger }: { logger: Logger }): WebhookSenderHandle {
  const metrics = createMetrics('webhook-sender');
  const database = createDatabase({
    url: config.databaseUrl,
    applicationName: 'webhook-sender',
    max: 10,
    migrations: MIGRATIONS,
    logger,
  });
  const { pool } = database;
  const messaging = createMessaging({
    servers: config.natsUrl,
    token: config.natsToken,
    clientName: 'webhook-sender',
    streams: STREAMS,
    replicas: config.streamReplicas,
    logger,
  });
  const { allowInsecure, concurrency, reconcileMs: intervalMs } = config;
  if (allowInsecure)
    logger.warn('webhooks may go to any address, and without TLS: for the embedded stack alone');
  const sender = createSender({
    ...{ pool, logger, metrics, intervalMs, concurrency },
    ...{ perWebhook: PER_WEBHOOK, leaseSeconds: LEASE_SECONDS },
    post: (url, headers, body) =>
      post(url, headers, body, { allowInsecure, resolve: resolveHost, timeoutMs: ATTEMPT_MS }),
    now: () => new Date(),
    random: Math.random,
  });
  const wake = () => {
    sender.wake();
  };
  const prune = createLoop({
    name: 'prune-deliveries',
    intervalMs: HOUR_MS,
    runOnce: () => pruneDeliveries(pool),
    logger,
    metrics,
  });
  // An operator manages the webhooks of an organization; nobody else calls.
  const handlers = new Handlers(config.callers, (caller) => caller === 'operator', logger, isDatabaseAway);
  const grpc = createGrpcServer('grpc', config.grpcListen, [
    {
      definition: WebhookServiceService,
      implementation: webhookService(handlers, pool, config, logger, sender),
    },
  ]);
  const admin = createAdminServer(config.adminListen, metrics, { postgres: () => pool.query('select 1') });
  return {
    ...compose('webhook-sender', [
      admin,
      database,
      messaging,
      sender,
      prune,
      recordEventsConsumer({ pool, messaging, logger, metrics, recorded: wake }),
      grpc,
    ]),
    get grpcAddress() {
      return grpc.address;
    },
    get adminAddress() {
      return admin.address;
    },
  };
}

function webhookService(
  handlers: Handlers,
  pool: Pool,
  rules: Config,
  logger: Logger,
  sender: Sender,
): WebhookServiceServer {
  return {
    createWebhook: handlers.unary(createWebhookRpc(pool, rules, logger)),
    listWebhooks: handlers.unary(listWebhooksRpc(pool)),
    deleteWebhook: handlers.unary(deleteWebhookRpc(pool, logger)),
    listDeadLetters: handlers.unary(listDeadLettersRpc(pool)),
    retryDelivery: handlers.unary(
      retryDeliveryRpc(pool, () => {
        sender.wake();
      }),
    ),
  };
}
