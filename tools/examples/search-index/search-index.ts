import { fileURLToPath } from 'node:url';
import { STREAMS } from '@lethe/contracts';
import { createMessaging } from '@lethe/messaging';
import { createAuthority, createParticipant } from '@lethe/participant';
import { createDatabase } from '@lethe/postgres';
import { compose, createAdminServer, letGo, type Component } from '@lethe/service';
import { createMetrics, type Logger } from '@lethe/telemetry';
import type { Config } from './config.js';
import { eraseWorkspace } from './erase-workspace.js';

export const MIGRATIONS = fileURLToPath(new URL('migrations', import.meta.url));

/** The part of a search index that takes part in deletions, wired. NATS and the authority may be away. */
export function createSearchIndex(config: Config, { logger }: { logger: Logger }): Component {
  const { participant: name, databaseUrl: url, reconcileMs: intervalMs } = config;
  const metrics = createMetrics(name);
  const database = createDatabase({ url, applicationName: name, max: 4, migrations: MIGRATIONS, logger });
  const { pool } = database;
  const messaging =
    config.messaging &&
    createMessaging({
      servers: config.messaging.natsUrl,
      token: config.messaging.natsToken,
      clientName: name,
      streams: STREAMS,
      replicas: config.messaging.streamReplicas,
      logger,
    });
  const authority = createAuthority(config.authorityAddress, config.authorityToken);
  const participant = createParticipant({
    name,
    authority,
    erase: eraseWorkspace(pool, config.batch),
    intervalMs,
    logger,
    metrics,
    ...(messaging && { messaging }),
  });
  return compose(name, [
    createAdminServer(config.adminListen, metrics, { postgres: () => pool.query('select 1') }),
    database,
    letGo('authority', () => authority.close()),
    ...(messaging ? [messaging] : []),
    participant,
  ]);
}
