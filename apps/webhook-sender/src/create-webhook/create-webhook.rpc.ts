import { randomBytes, randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import type { CreateWebhookRequest, CreateWebhookResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import { transaction, type Pool } from '@lethe/postgres';
import type { Logger } from '@lethe/telemetry';
import { organizationIdOf, refusals } from '../requests.js';
import { endpointOf, type EndpointRules } from '../webhook/endpoint.js';
import { isWebhookEvent, WEBHOOK_EVENTS, type WebhookEvent } from '../webhook/event-types.js';
import { wireWebhook } from '../webhook/webhook.js';
import { insertWebhook, lockWebhooksOf } from './create-webhook.sql.js';

/** As many as a slow organization may keep the sender busy with. A disabled one counts until it is deleted. */
const MAX_WEBHOOKS = 20;
/** The convention's upper end is 64. */
const SECRET_BYTES = 32;

export const createWebhookRpc =
  (pool: Pool, rules: EndpointRules, logger: Logger) =>
  async (request: CreateWebhookRequest): Promise<CreateWebhookResponse> => {
    const webhook = {
      webhookId: randomUUID(),
      organizationId: organizationIdOf(request, 'none'),
      url: urlOf(request, rules),
      eventTypes: eventTypesOf(request),
      secret: `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`,
    };
    const row = await transaction(pool, async (tx) => {
      await lockWebhooksOf(tx, webhook.organizationId);
      return insertWebhook(tx, webhook, MAX_WEBHOOKS);
    });
    if (row === undefined)
      throw new RefusalError({
        code: status.RESOURCE_EXHAUSTED,
        reason: 'TOO_MANY_WEBHOOKS',
        message: `An organization has at most ${MAX_WEBHOOKS} webhooks: delete one that is not used`,
      });
    const { webhookId, organizationId, secret } = webhook;
    logger.info({ webhookId, organizationId }, 'webhook created');
    return { webhook: wireWebhook(row), secret };
  };

function urlOf({ url }: CreateWebhookRequest, rules: EndpointRules): string {
  try {
    return endpointOf(url, rules).href;
  } catch (error) {
    if (error instanceof RangeError) throw refusals.invalidArgument(error.message);
    throw error;
  }
}

/** Nothing stands for all of them: whoever subscribes says to what. */
function eventTypesOf({ eventTypes }: CreateWebhookRequest): WebhookEvent[] {
  if (eventTypes.length === 0 || !eventTypes.every(isWebhookEvent))
    throw refusals.invalidArgument(`event_types must be some of ${WEBHOOK_EVENTS.join(', ')}`);
  return WEBHOOK_EVENTS.filter((type) => eventTypes.includes(type));
}
