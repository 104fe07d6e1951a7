import { createHash } from 'node:crypto';
import { RealmPurgeServiceClient, RealmServiceClient } from '@lethe/contracts';
import { createGrpcCaller, parseCallers } from '@lethe/service';
import { createLogger } from '@lethe/telemetry';
import type { Config } from '../config.js';
import { createRealmPurge, type RealmPurgeHandle } from '../realm-purge.js';

/** For tests: callers by name; each one's token is its name. */
export const CALLERS = ['data-plane', 'operator', 'gateway', 'blob-sweeper', 'stranger'] as const;

export function configOf(
  servers: Pick<Config, 'databaseUrl' | 'natsUrl' | 'natsToken' | 'authorityAddress'>,
): Config {
  const entries = CALLERS.map((name) => `${name}=${createHash('sha256').update(name).digest('hex')}`);
  return {
    ...servers,
    streamReplicas: 1,
    grpcListen: '127.0.0.1:0',
    adminListen: '127.0.0.1:0',
    callers: parseCallers(entries.join(',')),
    authorityToken: 'token',
    reconcileMs: 200,
    windowPages: 4,
    maxPagesInFlight: 64,
    pageBlocks: 10,
    rereleaseMs: 2_000,
    uploadQuarantineSeconds: 0,
    stepConcurrency: 4,
    logLevel: 'silent',
  };
}

export const serviceOf = (config: Config): RealmPurgeHandle =>
  createRealmPurge(config, { logger: createLogger('test', 'silent') });

/** Both services of a server, called with a token over a real socket. */
export function clientsOf(address: string, token: string) {
  const realms = createGrpcCaller(RealmServiceClient, address, token, 20_000);
  const purges = createGrpcCaller(RealmPurgeServiceClient, address, token, 20_000);
  return {
    realms,
    purges,
    close() {
      realms.close();
      purges.close();
    },
  };
}
