import { pino, type Logger } from 'pino';
import type { LogLevel } from './log-level.js';

export type { Logger } from 'pino';

/** Fields that must never reach a log, wherever somebody puts them by mistake. */
const SENSITIVE = ['token', 'authorization', 'password', 'email', 'name', 'lastName', 'secret', 'jws', 'key'];

/**
 * Structured logs on standard output, one JSON object a line, ISO times. An error is logged by its type, message, code and
 * stack alone: what hangs on it (a statement's parameters, a request) may carry names.
 */
export function createLogger(service: string, level: LogLevel = 'info'): Logger {
  return pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SENSITIVE.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
    serializers: { err: describeError },
  });
}

function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code } = error as { code?: unknown };
  return { type: error.name, message: error.message, code, stack: error.stack };
}
