import { execute, type Queryable } from '@lethe/postgres';

/** Its deliveries go with it. */
export async function deleteWebhook(db: Queryable, webhookId: string): Promise<boolean> {
  return (await execute(db, `delete from webhook where webhook_id = $1`, [webhookId])) === 1;
}
