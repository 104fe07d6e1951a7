import { LOG_LEVELS, type LogLevel } from '@lethe/telemetry';
import { parseCallers, type Callers } from './callers.js';
import type { Configuration } from './configuration.js';

/** What every service with a gRPC server and loops is told. */
export interface ServerSettings {
  readonly grpcListen: string;
  /** Where `/healthz`, `/readyz` and `/metrics` are. */
  readonly adminListen: string;
  readonly callers: Callers;
  /** Between two looks of a loop that nothing wakes. */
  readonly reconcileMs: number;
  readonly logLevel: LogLevel;
}

export function readServerSettings(
  c: Configuration,
  ports: { readonly grpc: number; readonly admin: number },
): ServerSettings {
  return {
    grpcListen: c.address('GRPC_LISTEN', `127.0.0.1:${ports.grpc}`),
    adminListen: c.address('ADMIN_LISTEN', `127.0.0.1:${ports.admin}`),
    callers: c.parsed('GRPC_CALLERS', 'the callers as name=<SHA-256 of the token in hex>,…', parseCallers),
    reconcileMs: c.integer('RECONCILE_MS', 5_000, 50, 3_600_000),
    logLevel: c.oneOf<LogLevel>('LOG_LEVEL', 'info', LOG_LEVELS),
  };
}
