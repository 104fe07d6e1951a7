import { createHash } from 'node:crypto';
import { WebhookServiceClient } from '@lethe/contracts';
import { createGrpcCaller, parseCallers } from '@lethe/service';
import { createLogger } from '@lethe/telemetry';
import type { Config } from '../config.js';
import { createWebhookSender, type WebhookSenderHandle } from '../webhook-sender.js';

/** For tests: callers by name; each one's token is its name. */
export const CALLERS = ['operator', 'gateway', 'stranger'] as const;

export function configOf(servers: Pick<Config, 'databaseUrl' | 'natsUrl' | 'natsToken'>): Config {
  const entries = CALLERS.map((name) => `${name}=${createHash('sha256').update(name).digest('hex')}`);
  return {
    ...servers,
    streamReplicas: 1,
    grpcListen: '127.0.0.1:0',
    adminListen: '127.0.0.1:0',
    callers: parseCallers(entries.join(',')),
    reconcileMs: 100,
    logLevel: 'silent',
    allowInsecure: true,
    concurrency: 32,
  };
}

export const serviceOf = (config: Config): WebhookSenderHandle =>
  createWebhookSender(config, { logger: createLogger('test', 'silent') });

/** Called with a token over a real socket. */
export const clientOf = (address: string, token: string) =>
  createGrpcCaller(WebhookServiceClient, address, token, 20_000);
