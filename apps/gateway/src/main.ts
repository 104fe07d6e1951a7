import { runService } from '@lethe/service';
import { createLogger } from '@lethe/telemetry';
import { readConfig } from './config.js';
import { createGateway } from './gateway.js';

runService(() => {
  const config = readConfig();
  const logger = createLogger('gateway', config.logLevel);
  return { service: createGateway(config, { logger }), logger };
});
