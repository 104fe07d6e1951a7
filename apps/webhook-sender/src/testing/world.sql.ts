import { randomUUID } from 'node:crypto';
import { execute, many, one, type Pool } from '@lethe/postgres';
import { insertDeliveries } from '../record-events/record-events.sql.js';
import { WEBHOOK_EVENTS, type WebhookEvent } from '../webhook/event-types.js';

export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** For tests: a webhook that has been there for a while. */
export async function addWebhook(
  pool: Pool,
  organizationId: string,
  url: string,
  types: readonly WebhookEvent[] = WEBHOOK_EVENTS,
): Promise<string> {
  const webhookId = randomUUID();
  await execute(
    pool,
    `insert into webhook (webhook_id, organization_id, url, event_types, secret, create_time)
     values ($1, $2, $3, $4, $5, now() - interval '1 day')`,
    [webhookId, organizationId, url, types, SECRET],
  );
  return webhookId;
}

/** An event as the consumer writes it down. */
export async function record(
  pool: Pool,
  organizationId: string,
  { workspaceId = randomUUID(), type = 'workspace.purged', time = new Date() } = {},
): Promise<string> {
  const eventId = randomUUID();
  const body = JSON.stringify({ type, timestamp: time.toISOString(), data: { eventId } });
  await insertDeliveries(pool, { organizationId, workspaceId, eventId, type, time, body });
  return eventId;
}

export interface Seen {
  readonly delivery_id: string;
  readonly webhook_id: string;
  readonly event_id: string;
  readonly event_type: string;
  readonly body: string;
  readonly state: 'pending' | 'delivered' | 'dead';
  readonly attempts: number;
  readonly last_failure: string | null;
  /** In seconds, from now. */
  readonly due_in: number;
  readonly leased: boolean;
}

export const deliveriesOf = (pool: Pool, organizationId: string): Promise<Seen[]> =>
  many(
    pool,
    `select delivery_id, webhook_id, event_id, event_type, body, state, attempts, last_failure,
            extract(epoch from next_attempt_time - clock_timestamp())::float8 as due_in, lease_id is not null as leased
       from delivery where organization_id = $1 order by event_time, event_type, webhook_id`,
    [organizationId],
  );

/** How many of an organization's deliveries are in each state. */
export async function countsOf(pool: Pool, organizationId: string): Promise<Record<Seen['state'], number>> {
  return one(
    pool,
    `select count(*) filter (where state = 'pending') as pending, count(*) filter (where state = 'delivered') as delivered,
            count(*) filter (where state = 'dead') as dead
       from delivery where organization_id = $1`,
    [organizationId],
  );
}

/** As if the pause were over. */
export const makeDue = (pool: Pool, organizationId: string): Promise<number> =>
  execute(pool, `update delivery set next_attempt_time = now() where organization_id = $1`, [organizationId]);

/** As if whoever had them in hand were dead for long. */
export const endLeases = (pool: Pool): Promise<number> =>
  execute(pool, `update delivery set lease_time = now() - interval '1 s' where lease_time is not null`);

/** As if everything had happened so many days earlier. */
export const age = (pool: Pool, organizationId: string, days: number): Promise<number> =>
  execute(
    pool,
    `update delivery set deliver_time = deliver_time - make_interval(days => $2), give_up_time = give_up_time - make_interval(days => $2),
            create_time = create_time - make_interval(days => $2)
      where organization_id = $1`,
    [organizationId, days],
  );

export const disabled = async (pool: Pool, webhookId: string): Promise<boolean> =>
  (
    await one<{ gone: boolean }>(
      pool,
      `select disable_time is not null as gone from webhook where webhook_id = $1`,
      [webhookId],
    )
  ).gone;

/** Messages that were put aside by the consumer. */
export const putAside = (pool: Pool): Promise<{ subject: string; reason: string }[]> =>
  many(pool, `select subject, reason from dead_letter order by time`);
