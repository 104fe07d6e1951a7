import { execute, type Queryable } from '@lethe/postgres';

/**
 * One delivery for each webhook of the organization that hears of such events and is not younger than this one: once, however often it
 * is told. The lock is the weakest there is: it makes this come before or after who disables a webhook, and delays nobody who sends.
 */
export function insertDeliveries(
  tx: Queryable,
  event: {
    readonly organizationId: string;
    readonly workspaceId: string;
    readonly eventId: string;
    readonly type: string;
    readonly time: Date;
    readonly body: string;
  },
): Promise<number> {
  return execute(
    tx,
    `with subscribed as (
       select webhook_id, organization_id
         from webhook
        where organization_id = $1
          and $4 = any(event_types)
          and create_time <= $5
          and disable_time is null
          for key share
     )
     insert into delivery (webhook_id, organization_id, workspace_id, event_id, event_type, event_time, body)
     select webhook_id, organization_id, $2, $3, $4, $5, $6 from subscribed
     on conflict (webhook_id, event_id) do nothing`,
    [event.organizationId, event.workspaceId, event.eventId, event.type, event.time, event.body],
  );
}
