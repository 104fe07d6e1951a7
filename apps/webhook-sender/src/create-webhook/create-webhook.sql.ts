import { execute, maybeOne, type Queryable } from '@lethe/postgres';
import { WEBHOOK, type WebhookRow } from '../webhook/webhook.sql.js';

/** Of two who each make the last webhook of an organization, one comes second and counts the other's. */
export async function lockWebhooksOf(tx: Queryable, organizationId: string): Promise<void> {
  await execute(tx, `select pg_advisory_xact_lock(hashtextextended($1, 0))`, [organizationId]);
}

/** Undefined: the organization has as many as it may. Behind the lock. */
export function insertWebhook(
  tx: Queryable,
  webhook: {
    readonly webhookId: string;
    readonly organizationId: string;
    readonly url: string;
    readonly eventTypes: readonly string[];
    readonly secret: string;
  },
  limit: number,
): Promise<WebhookRow | undefined> {
  return maybeOne<WebhookRow>(
    tx,
    `insert into webhook (webhook_id, organization_id, url, event_types, secret)
     select $1, $2, $3, $4, $5
      where (select count(*) from webhook where organization_id = $2) < $6
     returning ${WEBHOOK}`,
    [webhook.webhookId, webhook.organizationId, webhook.url, webhook.eventTypes, webhook.secret, limit],
  );
}
