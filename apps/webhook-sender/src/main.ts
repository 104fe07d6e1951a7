#!/usr/bin/env node
import { runService } from '@lethe/service';
import { createLogger } from '@lethe/telemetry';
import { readConfig } from './config.js';
import { createWebhookSender } from './webhook-sender.js';

runService(() => {
  const config = readConfig();
  const logger = createLogger('webhook-sender', config.logLevel);
  return { service: createWebhookSender(config, { logger }), logger };
});
