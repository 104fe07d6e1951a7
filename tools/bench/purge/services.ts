import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { STREAMS, encodeEvent, type Grant } from '@lethe/contracts';
import { createMessaging } from '@lethe/messaging';
import { createPool, type Pool } from '@lethe/postgres';
import { createLogger } from '@lethe/telemetry';
import { freePort } from '../../embedded/loopback.js';
import type { Stack } from '../../embedded/index.js';
import { serviceProcess, type ServiceProcess } from '../../system/service-process.js';
import { startAuthority, type BenchAuthority } from './authority.js';

/** realm-purge and blob-sweeper, each a process of its own, and what they need around them. */
export interface Services {
  readonly realmPurge: ServiceProcess;
  readonly blobSweeper: ServiceProcess;
  /** All of blob-sweeper's replicas, that one among them. */
  readonly sweepers: readonly ServiceProcess[];
  readonly authority: BenchAuthority;
  /** The realms' database, with a superuser's rights. */
  readonly realms: Pool;
  readonly ledger: Pool;
  /** Who works for a purge, by name. */
  readonly pids: Readonly<Record<string, number>>;
  /** Tells realm-purge of a grant, as the workspace service does. */
  announce(grant: Grant): Promise<void>;
  /** Rejects when a service ends by itself. */
  readonly died: Promise<never>;
  stop(): Promise<void>;
}

const FILL_MS = 3_600_000;

export interface Sweeping {
  /** Where blob-sweeper deletes, as its settings say it; absent: in a store that costs nothing, inside its own process. */
  readonly store?: Readonly<Record<string, string>>;
  readonly replicas?: number;
}

/** Read, and never asked. */
const NO_STORE = {
  S3_ENDPOINT: 'http://127.0.0.1:1',
  S3_REGION: 'none',
  S3_BUCKET: 'none',
  STORE_ID: '00000000-0000-4000-8000-000000000000',
  S3_ACCESS_KEY_ID: 'none',
  S3_SECRET_ACCESS_KEY: 'none',
};

export async function startServices(
  { env, pids }: Pick<Stack, 'env' | 'pids'>,
  settings: Readonly<Record<string, string>>,
  logs: string,
  { store, replicas = 1 }: Sweeping = {},
): Promise<Services> {
  const logger = createLogger('bench', 'warn');
  const authority = await startAuthority();
  const address = async () => `127.0.0.1:${await freePort()}`;
  const common = async (token: string) => ({
    NATS_URL: env['NATS_URL'] ?? '',
    ...(env['NATS_TOKEN'] ? { NATS_TOKEN: env['NATS_TOKEN'] } : {}),
    WORKSPACE_SERVICE_ADDRESS: authority.address,
    GRPC_TOKEN: token,
    GRPC_CALLERS: `operator=${createHash('sha256').update(randomBytes(24)).digest('hex')}`,
    GRPC_LISTEN: await address(),
    ADMIN_LISTEN: await address(),
    LOG_LEVEL: 'info',
  });
  const realmPurge = serviceProcess({
    name: 'realm-purge',
    env: {
      ...(await common('realm-purge')),
      DATABASE_URL: env['REALM_DATABASE_URL'] ?? '',
      // There is no upload to wait for.
      UPLOAD_QUARANTINE_SECONDS: '0',
      ...settings,
    },
    log: join(logs, 'realm-purge.log'),
  });
  const startSweeper = async (n: number) =>
    serviceProcess({
      name: 'blob-sweeper',
      ...(store === undefined ? { main: join(import.meta.dirname, 'free-sweeper.mjs') } : {}),
      env: {
        ...(await common('blob-sweeper')),
        DATABASE_URL: env['SWEEP_DATABASE_URL'] ?? '',
        ...NO_STORE,
        ...store,
        ...settings,
      },
      log: join(logs, `blob-sweeper-${n}.log`),
    });
  const sweepers = await Promise.all(Array.from({ length: replicas }, (_, n) => startSweeper(n + 1)));
  const [blobSweeper] = sweepers;
  if (blobSweeper === undefined) throw new RangeError('no blob-sweeper at all');
  const messaging = createMessaging({
    servers: env['NATS_URL'] ?? '',
    token: env['NATS_TOKEN'],
    clientName: 'bench',
    streams: STREAMS,
    replicas: 1,
    logger,
  });
  const database = (url = '') =>
    createPool({ url, applicationName: 'bench', max: 4, logger, statementTimeoutMs: FILL_MS });
  const asSuperuser = (path: string) =>
    Object.assign(new URL(env['DATABASE_URL'] ?? ''), { pathname: path }).href;
  const realms = database(asSuperuser('/realm'));
  const ledger = database(asSuperuser('/sweep'));
  const stop = async () => {
    await Promise.all([realmPurge, ...sweepers].map((service) => service.stop()));
    await Promise.all([messaging.stop(), authority.stop(), realms.end(), ledger.end()]);
  };
  try {
    await messaging.start();
    await Promise.all([
      realmPurge.start(),
      ...sweepers.map((sweeper) => sweeper.start()),
      messaging.session(AbortSignal.timeout(20_000)),
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    realmPurge,
    blobSweeper,
    sweepers,
    authority,
    realms,
    ledger,
    pids: {
      ...pids,
      'realm-purge': realmPurge.pid ?? 0,
      ...Object.fromEntries(
        sweepers.map(({ pid = 0 }, n) => [n === 0 ? 'blob-sweeper' : `blob-sweeper ${n + 1}`, pid]),
      ),
    },
    announce: ({ organizationId, workspaceId, epoch, deletionId }) =>
      messaging.publish(
        encodeEvent('workspace.purge_started', 'bench', {
          context: { eventId: crypto.randomUUID(), organizationId, workspaceId, epoch, time: new Date() },
          deletionId,
        }),
      ),
    died: Promise.race([realmPurge, ...sweepers].map(({ died }) => died)),
    stop,
  };
}
