import { createHash } from 'node:crypto';
import { PurgeAuthorityServiceClient, WorkspaceServiceClient } from '@lethe/contracts';
import { createGrpcCaller, parseCallers } from '@lethe/service';
import { createLogger } from '@lethe/telemetry';
import type { Config } from '../config.js';
import { createWorkspaceService, type WorkspaceServiceHandle } from '../workspace-service.js';
import { PARTICIPANTS } from './world.sql.js';

/** For tests: callers by name; each one's token is its name. */
export const CALLERS = ['gateway', 'operator', 'realm-purge', 'blob-sweeper', 'stranger'] as const;

export function configOf(servers: {
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly natsToken: string | undefined;
  readonly certificateKey: string;
}): Config {
  const entries = CALLERS.map((name) => `${name}=${createHash('sha256').update(name).digest('hex')}`);
  return {
    ...servers,
    streamReplicas: 1,
    grpcListen: '127.0.0.1:0',
    adminListen: '127.0.0.1:0',
    callers: parseCallers(entries.join(',')),
    participants: PARTICIPANTS,
    reconcileMs: 100,
    purgeNoticeSeconds: 604_800,
    noProgressSeconds: 180,
    logLevel: 'silent',
  };
}

export const serviceOf = (config: Config): WorkspaceServiceHandle =>
  createWorkspaceService(config, { logger: createLogger('test', 'silent') });

/** Both services of a server, called with a token over a real socket. */
export function clientsOf(address: string, token: string) {
  const workspaces = createGrpcCaller(WorkspaceServiceClient, address, token);
  const authority = createGrpcCaller(PurgeAuthorityServiceClient, address, token);
  return {
    workspaces,
    authority,
    close() {
      workspaces.close();
      authority.close();
    },
  };
}
