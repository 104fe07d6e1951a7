#!/usr/bin/env node
import { runService } from '@lethe/service';
import { createLogger } from '@lethe/telemetry';
import { readConfig } from './config.js';
import { createBlobSweeper } from './blob-sweeper.js';

runService(() => {
  const config = readConfig();
  const logger = createLogger('blob-sweeper', config.logLevel);
  return { service: createBlobSweeper(config, { logger }), logger };
});
