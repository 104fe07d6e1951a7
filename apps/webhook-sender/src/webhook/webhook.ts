import type { Webhook } from '@lethe/contracts';
import type { WebhookRow } from './webhook.sql.js';

export const wireWebhook = (row: WebhookRow): Webhook => ({
  webhookId: row.webhook_id,
  organizationId: row.organization_id,
  url: row.url,
  eventTypes: row.event_types,
  createTime: row.create_time,
  disableTime: row.disable_time ?? undefined,
});
