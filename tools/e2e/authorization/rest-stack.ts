import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@lethe/telemetry';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { exportJWK, generateKeyPair } from 'jose';
import { readConfig as readSweeperConfig } from '../../../apps/blob-sweeper/src/config.js';
import { createBlobSweeper } from '../../../apps/blob-sweeper/src/blob-sweeper.js';
import { readConfig as readGatewayConfig } from '../../../apps/gateway/src/config.js';
import { createGateway } from '../../../apps/gateway/src/gateway.js';
import { readConfig as readRealmConfig } from '../../../apps/realm-purge/src/config.js';
import { createRealmPurge } from '../../../apps/realm-purge/src/realm-purge.js';
import { readConfig as readWorkspaceConfig } from '../../../apps/workspace-service/src/config.js';
import { createWorkspaceService } from '../../../apps/workspace-service/src/workspace-service.js';
import { AUDIENCE, ISSUER, startIssuer } from '../../system/issuer.js';

/** The gateway with everything it asks, in this process. Nobody purges: the participants know no authority. */
export interface RestStack {
  readonly url: string;
  readonly database: TestDatabase;
  tokenFor(userId: string, claims?: { readonly orgId?: string }, lifetime?: string): Promise<string>;
  stop(): Promise<void>;
}

const UNLIMITED = '1000000';
const NOWHERE = '127.0.0.1:1';
const callers = (at: string, ...names: string[]) =>
  names.map((name) => `${name}=${createHash('sha256').update(tokenOf(name, at)).digest('hex')}`).join(',');
const tokenOf = (name: string, at: string) => `the-token-of-${name}-at-${at}`;
const migrationsOf = (app: string) =>
  fileURLToPath(new URL(`../../../apps/${app}/migrations`, import.meta.url));

export async function startRestStack(bucket: string, storeId: string): Promise<RestStack> {
  const [database, realm, sweep] = await Promise.all(
    ['workspace-service', 'realm-purge', 'blob-sweeper'].map((app) => createTestDatabase(migrationsOf(app))),
  );
  if (!database || !realm || !sweep) throw new Error('a database is missing');
  const logger = createLogger('rest-stack', 'silent');
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const natsToken = process.env['NATS_TOKEN'];
  const service = {
    NATS_URL: serverVariable('NATS_URL'),
    ...(natsToken ? { NATS_TOKEN: natsToken } : {}),
    GRPC_LISTEN: '127.0.0.1:0',
    ADMIN_LISTEN: '127.0.0.1:0',
    WORKSPACE_SERVICE_ADDRESS: NOWHERE,
    GRPC_TOKEN: tokenOf('nobody', 'nowhere'),
    LOG_LEVEL: 'silent',
  };
  const workspaces = createWorkspaceService(
    readWorkspaceConfig({
      ...service,
      DATABASE_URL: database.url,
      GRPC_CALLERS: callers('workspace-service', 'gateway', 'realm-purge', 'blob-sweeper'),
      REQUIRED_PARTICIPANTS: 'realm-purge:blocks,blob-sweeper:blocks',
      CERTIFICATE_KEY: JSON.stringify(await exportJWK(privateKey)),
    }),
    { logger },
  );
  const realms = createRealmPurge(
    readRealmConfig({
      ...service,
      DATABASE_URL: realm.url,
      GRPC_CALLERS: callers('realm-purge', 'gateway'),
      UPLOAD_QUARANTINE_SECONDS: '0',
    }),
    { logger },
  );
  const sweeper = createBlobSweeper(
    readSweeperConfig({
      ...service,
      DATABASE_URL: sweep.url,
      GRPC_CALLERS: callers('blob-sweeper', 'gateway'),
      STORE_ID: storeId,
      S3_ENDPOINT: serverVariable('S3_ENDPOINT'),
      S3_REGION: serverVariable('AWS_REGION'),
      S3_BUCKET: bucket,
      S3_ACCESS_KEY_ID: serverVariable('S3_SWEEPER_ACCESS_KEY_ID'),
      S3_SECRET_ACCESS_KEY: serverVariable('S3_SWEEPER_SECRET_ACCESS_KEY'),
      S3_FORCE_PATH_STYLE: 'true',
    }),
    { logger },
  );
  const issuer = await startIssuer();
  await Promise.all([workspaces.start(), realms.start(), sweeper.start()]);
  const gateway = createGateway(
    readGatewayConfig({
      LISTEN: '127.0.0.1:0',
      ADMIN_LISTEN: '127.0.0.1:0',
      WORKSPACE_SERVICE_ADDRESS: workspaces.grpcAddress,
      GRPC_TOKEN: tokenOf('gateway', 'workspace-service'),
      REALM_PURGE_ADDRESS: realms.grpcAddress,
      REALM_PURGE_TOKEN: tokenOf('gateway', 'realm-purge'),
      BLOB_SWEEPER_ADDRESS: sweeper.grpcAddress,
      BLOB_SWEEPER_TOKEN: tokenOf('gateway', 'blob-sweeper'),
      JWKS_URL: issuer.jwksUrl,
      JWT_ISSUER: ISSUER,
      JWT_AUDIENCE: AUDIENCE,
      RATE_LIMIT_PER_MINUTE: UNLIMITED,
      RATE_LIMIT_PER_MINUTE_ADDRESS: UNLIMITED,
      RATE_LIMIT_PER_MINUTE_ORGANIZATION: UNLIMITED,
      LOG_LEVEL: 'silent',
    }),
    { logger },
  );
  await gateway.start();
  return {
    url: `http://${gateway.address}`,
    database,
    tokenFor: (userId, claims = {}, lifetime = '1h') => issuer.tokenFor(userId, lifetime, claims),
    async stop() {
      await gateway.stop();
      await Promise.all([workspaces.stop(), realms.stop(), sweeper.stop(), issuer.stop()]);
      await Promise.all([database.drop(), realm.drop(), sweep.drop()]);
    },
  };
}
