import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import {
  BlobSweeperServiceService,
  RealmPurgeServiceService,
  WorkspaceServiceService,
} from '@lethe/contracts';
import { createLogger } from '@lethe/telemetry';
import type { GatewayConfig } from '../config.js';
import { createGateway, type Gateway, type GatewayOverrides } from '../gateway.js';
import { createSigningKeys } from '../http/signing-keys.js';
import { AUDIENCE, ISSUER, startIssuer, type Issuer } from './issuer.js';
import { realms, stores } from './samples.js';
import { startScriptedService, type ScriptedService } from './scripted-service.js';

export const GRPC_TOKEN = 'the-token-of-the-gateway';
export const REALM_PURGE_TOKEN = 'the-token-for-realm-purge';
export const BLOB_SWEEPER_TOKEN = 'the-token-for-blob-sweeper';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: () => Record<string, unknown>;
}

export interface Sent {
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** null sends no token; absent a good one. */
  readonly token?: string | null;
}

export interface RunningGateway {
  readonly gateway: Gateway;
  readonly service: ScriptedService;
  /** Those that only a preview asks; they answer the samples. */
  readonly realmPurge: ScriptedService;
  readonly blobSweeper: ScriptedService;
  readonly issuer: Issuer;
  /** Sends the path exactly as given: no client library repairs it. */
  send(method: string, path: string, sent?: Sent): Promise<Answer>;
  stop(): Promise<void>;
}

export async function startGateway(
  changed: Partial<GatewayConfig> = {},
  overrides: GatewayOverrides = {},
): Promise<RunningGateway> {
  const [service, realmPurge, blobSweeper, issuer] = await Promise.all([
    startScriptedService(WorkspaceServiceService),
    startScriptedService(RealmPurgeServiceService),
    startScriptedService(BlobSweeperServiceService),
    startIssuer(),
  ]);
  realmPurge.answer('describeRealms', { realms });
  blobSweeper.answer('probeStores', { stores });
  const logger = createLogger('gateway', 'silent');
  const config: GatewayConfig = {
    listen: '127.0.0.1:0',
    adminListen: '127.0.0.1:0',
    workspaceServiceAddress: service.address,
    grpcToken: GRPC_TOKEN,
    realmPurgeAddress: realmPurge.address,
    realmPurgeToken: REALM_PURGE_TOKEN,
    blobSweeperAddress: blobSweeper.address,
    blobSweeperToken: BLOB_SWEEPER_TOKEN,
    grpcDeadlineMs: 2_000,
    jwksUrl: issuer.url,
    jwtIssuer: ISSUER,
    jwtAudience: AUDIENCE,
    rateLimitPerMinute: 100_000,
    rateLimitPerMinuteOrganization: 100_000,
    rateLimitPerMinuteAddress: 100_000,
    trustedProxies: [],
    corsOrigins: [],
    logLevel: 'silent',
    ...changed,
  };
  const keys = createSigningKeys({ url: config.jwksUrl, logger, cooldownMs: 0 });
  const gateway = createGateway(config, { logger, keys, ...overrides });
  await gateway.start();
  const good = await issuer.token();
  return {
    gateway,
    service,
    realmPurge,
    blobSweeper,
    issuer,
    send: (method, path, { token = good, headers = {}, body } = {}) =>
      exchange(gateway.address, method, path, body, {
        accept: '*/*',
        ...lengthOf(body, headers),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      }),
    async stop() {
      await gateway.stop();
      await Promise.all([service, realmPurge, blobSweeper, issuer].map((server) => server.stop()));
    },
  };
}

/** Node sends no length by itself with DELETE. */
function lengthOf(body: string | undefined, headers: Record<string, string>): Record<string, string> {
  if (body === undefined || 'transfer-encoding' in headers) return {};
  return { 'content-length': String(Buffer.byteLength(body)) };
}

function exchange(
  address: string,
  method: string,
  path: string,
  body: string | undefined,
  headers: Record<string, string>,
): Promise<Answer> {
  const [host, port] = address.split(':');
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host, port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const json = () => JSON.parse(text) as Record<string, unknown>;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
