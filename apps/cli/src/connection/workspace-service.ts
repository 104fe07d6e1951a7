import type { Client } from '@grpc/grpc-js';
import type { createGrpcCaller, GrpcCaller } from '@lethe/service';
import type { Session } from '../terminal/session.js';
import { callService } from './service.js';

export const WORKSPACE_SERVICE = {
  name: 'workspace service',
  variable: 'WORKSPACE_SERVICE_ADDRESS',
} as const;

/** Calls the workspace service with one of its clients; whatever a call throws leaves as a Failure with a sentence. */
export const withService = <C extends Client, T>(
  Constructor: Parameters<typeof createGrpcCaller<C>>[0],
  session: Session,
  server: string | undefined,
  use: (caller: GrpcCaller<C>) => Promise<T>,
): Promise<T> => callService(WORKSPACE_SERVICE, Constructor, session, server, use);

export const SERVER_OPTION = [
  '--server <host:port>',
  'the workspace service (or WORKSPACE_SERVICE_ADDRESS)',
] as const;
