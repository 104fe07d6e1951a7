import { runService } from '@lethe/service';
import { createLogger } from '@lethe/telemetry';
import { readConfig } from './config.js';
import { createSearchIndex } from './search-index.js';

runService(() => {
  const config = readConfig();
  const logger = createLogger(config.participant, config.logLevel);
  return { service: createSearchIndex(config, { logger }), logger };
});
