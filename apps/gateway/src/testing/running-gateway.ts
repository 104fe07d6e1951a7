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
import type { Judge } from './described-answers.js';
import { AUDIENCE, ISSUER, startIssuer, type Issuer } from './issuer.js';
import { ownDescription } from './own-description.js';
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
  /** What the gateway says of its own answers. */
  readonly description: () => Promise<Judge>;
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
    description: () => ownDescription(config),
    async send(method, path, { token = good, headers = {}, body } = {}) {
      const answer = await exchange(gateway.address, method, path, body, {
        accept: '*/*',
        ...lengthOf(body, headers),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      });
      const faults = unlikeDescribed(await ownDescription(config), method, path, answer);
      if (faults.length > 0) throw new Error(`${method} ${path}: ${faults.join('; ')}: ${answer.text}`);
      return answer;
    },
    async stop() {
      await gateway.stop();
      await Promise.all([service, realmPurge, blobSweeper, issuer].map((server) => server.stop()));
    },
  };
}

/**
 * Every answer that any test gets is held against the description. An error of a status that its operation does not describe
 * passes as one of another's: tests make workspace-service refuse what it never would.
 */
function unlikeDescribed(judge: Judge, method: string, path: string, answer: Answer): string[] {
  const operation = judge.operationOf(method, path);
  if (operation === undefined) return [];
  if (answer.status >= 400 && !judge.describes(operation, answer.status)) return judge.faultsOfError(answer);
  return judge.faultsOf(operation, answer);
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
