import { fileURLToPath } from 'node:url';
import { PurgeAuthorityServiceService, STREAMS, WorkspaceServiceService } from '@lethe/contracts';
import { createMessaging } from '@lethe/messaging';
import { createRelay } from '@lethe/outbox';
import { createDatabase, isDatabaseAway } from '@lethe/postgres';
import {
  compose,
  createAdminServer,
  createGrpcServer,
  createLoop,
  Handlers,
  type Component,
} from '@lethe/service';
import { createMetrics, type Logger } from '@lethe/telemetry';
import { allowedCalls } from './allowed-calls.js';
import { announcePurges } from './announce-purges/announce-purges.loop.js';
import { certifyDeletions } from './certify-deletion/certify-deletion.loop.js';
import type { Config } from './config.js';
import { forgetOldAnswers } from './forget-answers/forget-answers.loop.js';
import { recallParticipants } from './recall-participants/recall-participants.loop.js';
import { purgeAuthorityService, workspaceService } from './services.js';
import { progressWatcher } from './watch-progress/watch-progress.loop.js';
import { createWatchers, WATCHER_LIMITS } from './watch-deletion/watchers.js';
import { ISSUER } from './service.js';
import { createSigningKeys } from './signing/signing-keys.js';
import { startDuePurges } from './start-due-purges/start-due-purges.loop.js';

const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));
/** What stands still is alarmed within five minutes: this and NO_PROGRESS_SECONDS (280 at most) are less together. */
const WATCH_PROGRESS_MS = 10_000;

export interface WorkspaceServiceHandle extends Component {
  readonly grpcAddress: string;
  readonly adminAddress: string;
}

/** The service, wired. Starting migrates its database; NATS may be away. */
export function createWorkspaceService(
  config: Config,
  { logger }: { logger: Logger },
): WorkspaceServiceHandle {
  const metrics = createMetrics('workspace-service');
  const { databaseUrl, participants, reconcileMs: intervalMs } = config;
  const database = createDatabase({
    url: databaseUrl,
    applicationName: 'workspace-service',
    max: 10,
    migrations: MIGRATIONS,
    logger,
  });
  const { pool } = database;
  const messaging = createMessaging({
    servers: config.natsUrl,
    token: config.natsToken,
    clientName: 'workspace-service',
    streams: STREAMS,
    replicas: config.streamReplicas,
    logger,
  });
  const keys = createSigningKeys(config.readKeys ?? (() => ({ retiredKeys: undefined, ...config })));

  const certify = createLoop({
    name: 'certify-deletions',
    intervalMs,
    runOnce: () => certifyDeletions({ pool, key: keys.current, issuer: ISSUER, logger, metrics }),
    logger,
    metrics,
  });
  const announce = createLoop({
    name: 'announce-purges',
    intervalMs,
    runOnce: () => announcePurges(pool, config.purgeNoticeSeconds),
    logger,
    metrics,
  });
  const startDue = createLoop({
    name: 'start-due-purges',
    intervalMs,
    runOnce: () => startDuePurges(pool, participants, logger),
    logger,
    metrics,
  });
  const watchProgress = createLoop({
    name: 'watch-progress',
    intervalMs: Math.min(intervalMs, WATCH_PROGRESS_MS),
    runOnce: progressWatcher({ pool, patience: config, logger, metrics }),
    logger,
    metrics,
  });
  const forget = createLoop({
    name: 'forget-answers',
    intervalMs: 60_000,
    runOnce: () => forgetOldAnswers(pool),
    logger,
    metrics,
  });
  const awaited = new Set<string>();
  const recall = createLoop({
    name: 'recall-participants',
    intervalMs: 60_000,
    runOnce: () => recallParticipants(pool, awaited),
    logger,
    metrics,
  });
  const handlers = new Handlers(config.callers, allowedCalls(participants, awaited), logger, isDatabaseAway);
  const reported = () => {
    certify.wake();
  };
  const watchers = createWatchers(WATCHER_LIMITS, (open) => {
    metrics.openStreams.set({ stream: 'watch-deletion' }, open);
  });
  const grpc = createGrpcServer('grpc', config.grpcListen, [
    {
      definition: WorkspaceServiceService,
      implementation: workspaceService(handlers, pool, keys, watchers, config),
    },
    {
      definition: PurgeAuthorityServiceService,
      implementation: purgeAuthorityService(handlers, pool, participants, reported),
    },
  ]);
  const admin = createAdminServer(config.adminListen, metrics, {
    postgres: () => pool.query('select 1'),
  });
  const signing: Component = {
    name: 'certificate-key',
    start: async () => {
      await keys.current(); // fails here rather than at the first certificate
    },
    stop: () => Promise.resolve(),
  };
  const relay = createRelay({ pool, databaseUrl, messaging, logger, metrics });
  return {
    ...compose('workspace-service', [
      admin,
      signing,
      database,
      messaging,
      relay,
      certify,
      announce,
      startDue,
      watchProgress,
      recall,
      forget,
      grpc,
      watchers, // ended first: the server waits for its calls
    ]),
    get grpcAddress() {
      return grpc.address;
    },
    get adminAddress() {
      return admin.address;
    },
  };
}
