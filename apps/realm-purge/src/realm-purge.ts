import { fileURLToPath } from 'node:url';
import { RealmPurgeServiceService, RealmServiceService, STREAMS } from '@lethe/contracts';
import { createMessaging } from '@lethe/messaging';
import { createRelay } from '@lethe/outbox';
import { createAuthority } from '@lethe/participant';
import { createDatabase, isDatabaseAway } from '@lethe/postgres';
import {
  compose,
  createAdminServer,
  createGrpcServer,
  createLoop,
  Handlers,
  letGo,
  type Component,
} from '@lethe/service';
import { createMetrics, type Logger } from '@lethe/telemetry';
import { mayCall } from './allowed-calls.js';
import { authorityChecker } from './check-authority/check-authority.loop.js';
import type { Config } from './config.js';
import { stepPurges } from './purge/step.js';
import type { LateOutcome } from './register-blocks/note-late-blocks.js';
import { progressReporter } from './report-progress/report-progress.loop.js';
import { realmPurgeService, realmService } from './services.js';
import { settlePagesConsumer } from './settle-pages/settle-pages.consumer.js';
import { createSteps } from './steps.js';
import { letheStore } from './store/lethe/lethe-store.js';
import { takeOrdersConsumer } from './take-orders/take-orders.consumer.js';
import { takeOpenGrants } from './take-orders/take-orders.loop.js';

const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));
const PROGRESS_MS = 1_000;

export interface RealmPurgeHandle extends Component {
  readonly grpcAddress: string;
  readonly adminAddress: string;
}

/** The service, wired. Starting migrates its database; NATS and the authority may be away. */
export function createRealmPurge(config: Config, { logger }: { logger: Logger }): RealmPurgeHandle {
  const metrics = createMetrics('realm-purge');
  const { databaseUrl, reconcileMs: intervalMs } = config;
  const database = createDatabase({
    url: databaseUrl,
    applicationName: 'realm-purge',
    max: 20,
    migrations: MIGRATIONS,
    logger,
  });
  const { pool } = database;
  const store = letheStore;
  const messaging = createMessaging({
    servers: config.natsUrl,
    token: config.natsToken,
    clientName: 'realm-purge',
    streams: STREAMS,
    replicas: config.streamReplicas,
    logger,
  });
  const authority = createAuthority(config.authorityAddress, config.authorityToken);

  const steps = createSteps({ ...config, pool, store, authority, messaging });
  const loop = (name: string, everyMs: number, runOnce: Parameters<typeof createLoop>[0]['runOnce']) =>
    createLoop({ name, intervalMs: everyMs, runOnce, logger, metrics });
  const stepping = loop('step-purges', Math.min(intervalMs, PROGRESS_MS), (signal) =>
    stepPurges({ ...config, pool, steps, logger, metrics }, signal),
  );
  const wake = () => {
    stepping.wake();
  };
  const taking = loop('take-open-grants', intervalMs, () =>
    takeOpenGrants({ pool, authority, logger, metrics, ordered: wake }),
  );
  const checking = loop(
    'check-authority',
    intervalMs,
    authorityChecker({ pool, authority, logger, metrics }),
  );
  const progress = loop('report-progress', PROGRESS_MS, progressReporter(pool, authority, config));

  const late = (outcome: LateOutcome, blocks: number) => {
    metrics.loopItems.inc({ loop: 'register-blocks', count: `late_${outcome}` }, blocks);
    if (outcome === 'refused') metrics.alarms.inc({ alarm: 'late_block_refused' }, blocks);
  };
  const handlers = new Handlers(config.callers, mayCall, logger, isDatabaseAway);
  const grpc = createGrpcServer('grpc', config.grpcListen, [
    { definition: RealmServiceService, implementation: realmService(handlers, pool, store, late) },
    {
      definition: RealmPurgeServiceService,
      implementation: realmPurgeService(handlers, pool, store, config.uploadQuarantineSeconds),
    },
  ]);
  const admin = createAdminServer(config.adminListen, metrics, { postgres: () => pool.query('select 1') });
  const connection = letGo('authority', () => {
    authority.close();
  });
  const consumers = [
    takeOrdersConsumer({ pool, messaging, logger, metrics, ordered: wake }),
    settlePagesConsumer({ ...config, pool, store, messaging, authority, logger, metrics, rang: wake }),
  ];
  const relay = createRelay({ pool, databaseUrl, messaging, logger, metrics });
  return {
    ...compose('realm-purge', [
      admin,
      database,
      connection,
      messaging,
      relay,
      stepping,
      taking,
      checking,
      progress,
      ...consumers,
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
