import type { Logger } from '@lethe/telemetry';
import type { Component } from './component.js';
import { ConfigurationError } from './configuration.js';

const STOP_WITHIN_MS = 20_000;

/**
 * A service's process: starts it, stops it on SIGTERM or SIGINT, exits 0 after a clean stop, 2 when the environment does not
 * describe a service, 1 for any other failure. A second signal, or a stop that takes over 20 seconds, ends it at once.
 */
export function runService(build: () => { service: Component; logger: Logger }): void {
  let built: { service: Component; logger: Logger };
  try {
    built = build();
  } catch (error) {
    process.stderr.write(`${error instanceof ConfigurationError ? error.message : String(error)}\n`);
    process.exit(2);
  }
  const { service, logger } = built;
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    logger.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    service.stop().then(
      () => {
        logger.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        logger.error({ err: error }, 'did not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  service.start().then(
    () => {
      logger.info('started');
    },
    (error: unknown) => {
      logger.fatal({ err: error }, 'cannot start');
      void service.stop().finally(() => process.exit(1));
    },
  );
}
