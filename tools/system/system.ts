import { createHash, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  PurgeAuthorityServiceClient,
  RealmPurgeServiceClient,
  RealmServiceClient,
  WebhookServiceClient,
  WorkspaceServiceClient,
} from '@lethe/contracts';
import { createGrpcCaller, type GrpcCaller } from '@lethe/service';
import { freePort } from '../embedded/loopback.js';
import { AUDIENCE, ISSUER, startIssuer, type Issuer } from './issuer.js';
import { serviceProcess, type ServiceProcess } from './service-process.js';

export const SERVICES = [
  'workspace-service',
  'realm-purge',
  'blob-sweeper',
  'webhook-sender',
  'gateway',
] as const;
export type ServiceName = (typeof SERVICES)[number];

export interface SystemOptions {
  /** The servers, as the embedded stack names them. */
  readonly env: Readonly<Record<string, string>>;
  readonly bucket: string;
  /** The id of the marker in it. */
  readonly storeId: string;
  /** Ed25519, as a JSON Web Key. */
  readonly certificateKey: string;
  readonly logs: string;
  /** Where the gateway listens; a free port when absent. */
  readonly gatewayListen?: string;
  /** More settings, for all services. */
  readonly settings?: Readonly<Record<string, string>>;
  /** More participants, required as those of Lethe are; whoever names them runs them. */
  readonly participants?: readonly string[];
}

/** All services of Lethe, each its own process, on loopback. */
export interface System {
  readonly gatewayUrl: string;
  readonly services: Readonly<Record<ServiceName, ServiceProcess>>;
  readonly issuer: Issuer;
  /** What an operator's command needs to call the services. */
  readonly operatorEnv: Readonly<Record<string, string>>;
  /** What one of `participants` needs to call the workspace service and to hear events. */
  participantEnv(name: string): Readonly<Record<string, string>>;
  readonly workspace: GrpcCaller<WorkspaceServiceClient>;
  readonly authority: GrpcCaller<PurgeAuthorityServiceClient>;
  readonly purges: GrpcCaller<RealmPurgeServiceClient>;
  readonly realms: GrpcCaller<RealmServiceClient>;
  readonly webhooks: GrpcCaller<WebhookServiceClient>;
  /** Rejects when a service ends by itself. */
  readonly died: Promise<never>;
  stop(): Promise<void>;
}

const token = () => randomBytes(24).toString('hex');
const knows = (callers: Record<string, string>) =>
  Object.entries(callers)
    .map(([name, secret]) => `${name}=${createHash('sha256').update(secret).digest('hex')}`)
    .join(',');

export async function startSystem(options: SystemOptions): Promise<System> {
  const { env, settings = {}, participants = [] } = options;
  await mkdir(options.logs, { recursive: true });
  const issuer = await startIssuer();
  const tokens = {
    gateway: token(),
    // One for each service that it calls: who sees one must not be the gateway to another.
    'gateway at realm-purge': token(),
    'gateway at blob-sweeper': token(),
    'blob-sweeper at realm-purge': token(),
    operator: token(),
    'realm-purge': token(),
    'blob-sweeper': token(),
    'data-plane': token(),
  };
  const others = Object.fromEntries(participants.map((name) => [name, token()]));
  const address = async () => `127.0.0.1:${await freePort()}`;
  const [workspaceAddress, realmAddress, sweeperAddress] = [
    await address(),
    await address(),
    await address(),
  ];
  const webhookAddress = await address();
  const gatewayListen = options.gatewayListen ?? (await address());
  const nats = {
    NATS_URL: env['NATS_URL'] ?? '',
    ...(env['NATS_TOKEN'] ? { NATS_TOKEN: env['NATS_TOKEN'] } : {}),
  };

  const start = (name: ServiceName, own: Record<string, string>): ServiceProcess =>
    serviceProcess({
      name,
      // Whoever looks on does not wait an hour; uploads here end before a deletion begins.
      env: { LOG_LEVEL: 'info', UPLOAD_QUARANTINE_SECONDS: '0', ...settings, ...own },
      log: join(options.logs, `${name}.log`),
    });
  const services = {
    'workspace-service': start('workspace-service', {
      ...nats,
      DATABASE_URL: env['WORKSPACE_DATABASE_URL'] ?? '',
      GRPC_LISTEN: workspaceAddress,
      ADMIN_LISTEN: await address(),
      GRPC_CALLERS: knows({
        gateway: tokens.gateway,
        operator: tokens.operator,
        'realm-purge': tokens['realm-purge'],
        'blob-sweeper': tokens['blob-sweeper'],
        ...others,
      }),
      REQUIRED_PARTICIPANTS: ['realm-purge:blocks', 'blob-sweeper:blocks', ...participants].join(','),
      CERTIFICATE_KEY: options.certificateKey,
    }),
    'realm-purge': start('realm-purge', {
      ...nats,
      DATABASE_URL: env['REALM_DATABASE_URL'] ?? '',
      GRPC_LISTEN: realmAddress,
      ADMIN_LISTEN: await address(),
      GRPC_CALLERS: knows({
        operator: tokens.operator,
        'data-plane': tokens['data-plane'],
        gateway: tokens['gateway at realm-purge'],
        'blob-sweeper': tokens['blob-sweeper at realm-purge'],
      }),
      WORKSPACE_SERVICE_ADDRESS: workspaceAddress,
      GRPC_TOKEN: tokens['realm-purge'],
    }),
    'blob-sweeper': start('blob-sweeper', {
      ...nats,
      DATABASE_URL: env['SWEEP_DATABASE_URL'] ?? '',
      GRPC_LISTEN: sweeperAddress,
      ADMIN_LISTEN: await address(),
      GRPC_CALLERS: knows({ operator: tokens.operator, gateway: tokens['gateway at blob-sweeper'] }),
      WORKSPACE_SERVICE_ADDRESS: workspaceAddress,
      GRPC_TOKEN: tokens['blob-sweeper'],
      REALM_PURGE_ADDRESS: realmAddress,
      REALM_PURGE_TOKEN: tokens['blob-sweeper at realm-purge'],
      STORE_ID: options.storeId,
      S3_ENDPOINT: env['S3_ENDPOINT'] ?? '',
      S3_REGION: env['AWS_REGION'] ?? '',
      S3_BUCKET: options.bucket,
      S3_ACCESS_KEY_ID: env['S3_SWEEPER_ACCESS_KEY_ID'] ?? '',
      S3_SECRET_ACCESS_KEY: env['S3_SWEEPER_SECRET_ACCESS_KEY'] ?? '',
      S3_FORCE_PATH_STYLE: 'true',
    }),
    'webhook-sender': start('webhook-sender', {
      ...nats,
      DATABASE_URL: env['WEBHOOK_DATABASE_URL'] ?? '',
      GRPC_LISTEN: webhookAddress,
      ADMIN_LISTEN: await address(),
      GRPC_CALLERS: knows({ operator: tokens.operator }),
      // Endpoints on loopback, without TLS.
      ALLOW_INSECURE_WEBHOOKS: 'true',
    }),
    gateway: start('gateway', {
      LISTEN: gatewayListen,
      ADMIN_LISTEN: await address(),
      WORKSPACE_SERVICE_ADDRESS: workspaceAddress,
      GRPC_TOKEN: tokens.gateway,
      REALM_PURGE_ADDRESS: realmAddress,
      REALM_PURGE_TOKEN: tokens['gateway at realm-purge'],
      BLOB_SWEEPER_ADDRESS: sweeperAddress,
      BLOB_SWEEPER_TOKEN: tokens['gateway at blob-sweeper'],
      JWKS_URL: issuer.jwksUrl,
      JWT_ISSUER: ISSUER,
      JWT_AUDIENCE: AUDIENCE,
    }),
  };
  const workspace = createGrpcCaller(WorkspaceServiceClient, workspaceAddress, tokens.operator);
  const authority = createGrpcCaller(PurgeAuthorityServiceClient, workspaceAddress, tokens.operator);
  const purges = createGrpcCaller(RealmPurgeServiceClient, realmAddress, tokens.operator);
  const realms = createGrpcCaller(RealmServiceClient, realmAddress, tokens['data-plane'], 30_000);
  const webhooks = createGrpcCaller(WebhookServiceClient, webhookAddress, tokens.operator);

  const stop = async () => {
    for (const caller of [workspace, authority, purges, realms, webhooks]) caller.close();
    await Promise.all(Object.values(services).map((service) => service.stop()));
    await issuer.stop();
  };
  try {
    await Promise.all(Object.values(services).map((service) => service.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    gatewayUrl: `http://${gatewayListen}`,
    services,
    issuer,
    operatorEnv: {
      WORKSPACE_SERVICE_ADDRESS: workspaceAddress,
      REALM_PURGE_ADDRESS: realmAddress,
      BLOB_SWEEPER_ADDRESS: sweeperAddress,
      WEBHOOK_SENDER_ADDRESS: webhookAddress,
      GRPC_TOKEN: tokens.operator,
    },
    participantEnv: (name) => ({
      ...nats,
      WORKSPACE_SERVICE_ADDRESS: workspaceAddress,
      GRPC_TOKEN: others[name] ?? '',
    }),
    workspace,
    authority,
    purges,
    realms,
    webhooks,
    died: Promise.race(Object.values(services).map((service) => service.died)),
    stop,
  };
}
