import { WebhookServiceClient } from '@lethe/contracts';
import type { GrpcCaller } from '@lethe/service';
import type { Session } from '../terminal/session.js';
import { callService } from './service.js';

const WEBHOOK_SENDER = { name: 'webhook sender', variable: 'WEBHOOK_SENDER_ADDRESS' } as const;

/** Calls the webhook sender; whatever a call throws leaves as a Failure with a sentence. */
export const withWebhookSender = <T>(
  session: Session,
  server: string | undefined,
  use: (caller: GrpcCaller<WebhookServiceClient>) => Promise<T>,
): Promise<T> => callService(WEBHOOK_SENDER, WebhookServiceClient, session, server, use);

export const WEBHOOK_SERVER_OPTION = [
  '--server <host:port>',
  'the webhook sender (or WEBHOOK_SENDER_ADDRESS)',
] as const;
