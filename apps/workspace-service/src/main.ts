#!/usr/bin/env node
import { runService } from '@lethe/service';
import { createLogger } from '@lethe/telemetry';
import { readConfig } from './config.js';
import { createWorkspaceService } from './workspace-service.js';

runService(() => {
  const config = readConfig();
  const logger = createLogger('workspace-service', config.logLevel);
  return { service: createWorkspaceService(config, { logger }), logger };
});
