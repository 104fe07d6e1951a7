#!/usr/bin/env node
import { runService } from '@lethe/service';
import { createLogger } from '@lethe/telemetry';
import { readConfig } from './config.js';
import { createRealmPurge } from './realm-purge.js';

runService(() => {
  const config = readConfig();
  const logger = createLogger('realm-purge', config.logLevel);
  return { service: createRealmPurge(config, { logger }), logger };
});
