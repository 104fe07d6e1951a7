import type { DeleteWebhookRequest, DeleteWebhookResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import type { Logger } from '@lethe/telemetry';
import { refusals, uuidOf } from '../requests.js';
import { deleteWebhook } from './delete-webhook.sql.js';

export const deleteWebhookRpc =
  (pool: Pool, logger: Logger) =>
  async (request: DeleteWebhookRequest): Promise<DeleteWebhookResponse> => {
    const webhookId = uuidOf(request.webhookId);
    if (webhookId === undefined || !(await deleteWebhook(pool, webhookId))) throw refusals.webhookNotFound();
    logger.info({ webhookId }, 'webhook deleted');
    return {};
  };
