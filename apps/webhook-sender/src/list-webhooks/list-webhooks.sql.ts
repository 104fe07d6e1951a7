import { many, type Queryable } from '@lethe/postgres';
import type { Place } from '../requests.js';
import { WEBHOOK, type WebhookRow } from '../webhook/webhook.sql.js';

/** Behind `after`, by organization, oldest first. An empty organization stands for all. */
export function listWebhooks(
  db: Queryable,
  organizationId: string,
  after: Place | undefined,
  limit: number,
): Promise<WebhookRow[]> {
  return many<WebhookRow>(
    db,
    `select ${WEBHOOK}
       from webhook
      where ($1 = '' or organization_id = $1)
        and ($2::text is null or (organization_id, create_time, webhook_id) > ($2, $3::timestamptz, $4::uuid))
      order by organization_id, create_time, webhook_id
      limit $5`,
    [organizationId, after?.organizationId, after?.time, after?.id, limit],
  );
}
