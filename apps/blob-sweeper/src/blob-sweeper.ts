import { fileURLToPath } from 'node:url';
import { BlobSweeperServiceService, STREAMS } from '@lethe/contracts';
import { createMessaging } from '@lethe/messaging';
import { createStore, type ObjectStore } from '@lethe/object-store';
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
import type { Config } from './config.js';
import { deleteOrphanObjectsRpc } from './delete-orphan-objects/delete-orphan-objects.rpc.js';
import { examineStoresRpc } from './examine-stores/examine-stores.rpc.js';
import { getSweepRpc } from './get-sweep/get-sweep.rpc.js';
import { createSweepLimits } from './limit/sweep-limits.js';
import { listBlockedPagesRpc } from './list-blocked-pages/list-blocked-pages.rpc.js';
import { listOrphanObjectsRpc } from './list-orphan-objects/list-orphan-objects.rpc.js';
import { listStoresRpc } from './list-stores/list-stores.rpc.js';
import { listSweepLimitsRpc } from './list-sweep-limits/list-sweep-limits.rpc.js';
import { listSweptPagesRpc } from './list-swept-pages/list-swept-pages.rpc.js';
import { probeStoresRpc } from './probe-stores/probe-stores.rpc.js';
import { createRealms } from './realms/realms.js';
import { retireStoreRpc } from './retire-store/retire-store.rpc.js';
import { setSweepLimitRpc } from './set-sweep-limit/set-sweep-limit.rpc.js';
import { realmPurgedConsumer } from './report-erasure/report-erasure.consumer.js';
import { reportErasures } from './report-erasure/report-erasure.loop.js';
import { createStoresLook } from './stores/look-at-stores.js';
import { addStoreGauges } from './stores/store-gauges.js';
import { createStoreSet } from './stores/store-set.js';
import { sweepPagesConsumer } from './sweep-pages/sweep-pages.consumer.js';

const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));

const LOOK_MS = 60_000;

export interface BlobSweeperHandle extends Component {
  readonly grpcAddress: string;
  readonly adminAddress: string;
}

export interface BlobSweeperOptions {
  readonly logger: Logger;
  /** Instead of those that the configuration names, and everybody's. */
  readonly stores?: readonly ObjectStore[];
}

/** The service, wired. Starting migrates its database; NATS, the authority and the stores may be away. */
export function createBlobSweeper(
  config: Config,
  { logger, stores: given }: BlobSweeperOptions,
): BlobSweeperHandle {
  const metrics = createMetrics('blob-sweeper');
  const { databaseUrl, concurrency } = config;
  const placed =
    given?.map((store) => ({ store, organizations: [] })) ??
    config.stores.map(({ options, organizations }) => ({ store: createStore(options), organizations }));
  const stores = placed.map(({ store }) => store);
  addStoreGauges(metrics, stores);
  const database = createDatabase({
    url: databaseUrl,
    applicationName: 'blob-sweeper',
    // each page in hand keeps one for its lock
    max: 2 * concurrency + 6,
    migrations: MIGRATIONS,
    logger,
  });
  const { pool } = database;
  const storeSet = createStoreSet(pool, placed);
  const messaging = createMessaging({
    servers: config.natsUrl,
    token: config.natsToken,
    clientName: 'blob-sweeper',
    streams: STREAMS,
    replicas: config.streamReplicas,
    logger,
  });
  const authority = createAuthority(config.authorityAddress, config.authorityToken);
  const realms = config.realms && createRealms(config.realms);
  const report = createLoop({
    name: 'report-erasures',
    intervalMs: config.reconcileMs,
    runOnce: (signal) => reportErasures({ pool, authority, logger, metrics }, signal),
    logger,
    metrics,
  });
  const look = createLoop({
    name: 'look-at-stores',
    intervalMs: LOOK_MS,
    runOnce: createStoresLook({ stores: storeSet, logger, metrics }),
    logger,
    metrics,
  });
  const limits = createSweepLimits({ pool, stores, logger, metrics });
  const handlers = new Handlers(config.callers, mayCall, logger, isDatabaseAway);
  const grpc = createGrpcServer('grpc', config.grpcListen, [
    {
      definition: BlobSweeperServiceService,
      implementation: {
        getSweep: handlers.unary(getSweepRpc(pool)),
        listBlockedPages: handlers.unary(listBlockedPagesRpc(pool)),
        probeStores: handlers.unary(probeStoresRpc(stores)),
        setSweepLimit: handlers.unary(setSweepLimitRpc(pool, stores, limits.wake)),
        listSweepLimits: handlers.unary(listSweepLimitsRpc(pool)),
        examineStores: handlers.unary(examineStoresRpc(stores, () => new Date())),
        listStores: handlers.unary(listStoresRpc(pool, storeSet.placed)),
        retireStore: handlers.unary(retireStoreRpc(pool, storeSet.placed, logger)),
        listSweptPages: handlers.unary(listSweptPagesRpc(pool)),
        listOrphanObjects: handlers.serverStream(listOrphanObjectsRpc(pool, storeSet, realms)),
        deleteOrphanObjects: handlers.unary(
          deleteOrphanObjectsRpc({ pool, stores: storeSet, realms, limits, logger }),
        ),
      },
    },
  ]);
  const admin = createAdminServer(config.adminListen, metrics, {
    postgres: () => pool.query('select 1'),
    ...Object.fromEntries(stores.map((store) => [`store ${store.name}`, () => store.probe()])),
  });
  const clients = letGo('clients', () => {
    authority.close();
    realms?.close();
    for (const store of stores) store.close();
  });
  const purged = () => {
    report.wake();
  };
  const parts = [
    admin,
    database,
    clients,
    messaging,
    createRelay({ pool, databaseUrl, messaging, logger, metrics }),
    look,
    report,
    limits,
    sweepPagesConsumer({
      pool,
      messaging,
      authority,
      stores: storeSet,
      limits,
      concurrency,
      logger,
      metrics,
    }),
    realmPurgedConsumer({ messaging, logger, metrics, purged }),
    grpc,
  ];
  return {
    ...compose('blob-sweeper', parts),
    get grpcAddress() {
      return grpc.address;
    },
    get adminAddress() {
      return admin.address;
    },
  };
}
