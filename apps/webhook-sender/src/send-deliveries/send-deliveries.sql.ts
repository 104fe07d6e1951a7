import { execute, many, type Queryable } from '@lethe/postgres';

export interface LeaseBounds {
  /** Deliveries at most. */
  readonly limit: number;
  /** In hand at once for one webhook, whoever has them. */
  readonly perWebhook: number;
  readonly leaseSeconds: number;
}

/** Webhooks with something due and room for it, those that wait longest first. Those that another sender looks at are left to it. */
export async function lockDueWebhooks(tx: Queryable, { limit, perWebhook }: LeaseBounds): Promise<string[]> {
  const rows = await many<{ webhook_id: string }>(
    tx,
    `select w.webhook_id
       from webhook w
      cross join lateral (select d.next_attempt_time
                            from delivery d
                           where d.webhook_id = w.webhook_id
                             and d.state = 'pending'
                             and d.next_attempt_time <= now()
                             and (d.lease_time is null or d.lease_time < now())
                           order by d.next_attempt_time
                           limit 1) due
      where w.disable_time is null
        and (select count(*) from delivery d where d.webhook_id = w.webhook_id and d.lease_time >= now()) < $2
      order by due.next_attempt_time
      limit $1
        for no key update of w skip locked`,
    [limit, perWebhook],
  );
  return rows.map((row) => row.webhook_id);
}

export interface LeasedRow {
  readonly delivery_id: string;
  readonly webhook_id: string;
  readonly organization_id: string;
  readonly workspace_id: string;
  readonly event_type: string;
  readonly body: string;
  readonly attempts: number;
  readonly lease_id: string;
  readonly url: string;
  readonly secret: string;
}

/**
 * Leases what is due of these webhooks, each one's oldest first, and of all of them the first ones first. A statement of its own behind
 * the locks, so that nobody counts what another is about to take. What happened to a workspace is told in its order: an event waits for
 * the first attempt of those before it, and never for a second.
 */
export function leaseDue(
  tx: Queryable,
  webhookIds: readonly string[],
  leaseId: string,
  { limit, perWebhook, leaseSeconds }: LeaseBounds,
): Promise<LeasedRow[]> {
  return many<LeasedRow>(
    tx,
    `with due as materialized (
       select d.delivery_id, row_number() over (partition by d.webhook_id order by d.event_time, d.delivery_id) as place
         from unnest($1::uuid[]) locked (webhook_id)
        cross join lateral (select count(*) as n
                              from delivery d
                             where d.webhook_id = locked.webhook_id and d.lease_time >= now()) in_hand
        cross join lateral (select d.delivery_id, d.webhook_id, d.event_time
                              from delivery d
                             where d.webhook_id = locked.webhook_id
                               and d.state = 'pending'
                               and d.next_attempt_time <= now()
                               and (d.lease_time is null or d.lease_time < now())
                               -- counted, which is done row by row: as "not exists" it would be joined, over a whole backlog
                               and (select count(*)
                                      from (select from delivery e
                                             where e.webhook_id = d.webhook_id
                                               and e.workspace_id = d.workspace_id
                                               and e.state = 'pending'
                                               and e.attempts = 0
                                               and (e.event_time, e.delivery_id) < (d.event_time, d.delivery_id)
                                             limit 1) earlier) = 0
                             order by d.next_attempt_time, d.event_time
                             limit greatest($4 - in_hand.n, 0)) d
     ), picked as materialized (
       select delivery_id from due order by place limit $3
     )
     update delivery d
        set lease_id = $2, lease_time = now() + make_interval(secs => $5)
       from picked, webhook w
      where d.delivery_id = picked.delivery_id and w.webhook_id = d.webhook_id
     returning d.delivery_id, d.webhook_id, d.organization_id, d.workspace_id, d.event_type, d.body, d.attempts, d.lease_id,
               w.url, w.secret`,
    [webhookIds, leaseId, limit, perWebhook, leaseSeconds],
  );
}

/** What the endpoint took is delivered, whatever became of the lease, or of hope, meanwhile. */
export function setDelivered(db: Queryable, deliveryId: string): Promise<number> {
  return execute(
    db,
    `update delivery
        set deliver_time = clock_timestamp(), give_up_time = null, attempts = attempts + 1, last_failure = null,
            lease_id = null, lease_time = null
      where delivery_id = $1 and deliver_time is null`,
    [deliveryId],
  );
}

/** What failed is due again after this time; unless the lease ran out, and somebody else has it in hand. */
export function setFailed(
  db: Queryable,
  deliveryId: string,
  leaseId: string,
  reason: string,
  afterSeconds: number,
): Promise<number> {
  return execute(
    db,
    `update delivery
        set attempts = attempts + 1, last_failure = $3, lease_id = null, lease_time = null,
            next_attempt_time = clock_timestamp() + make_interval(secs => $4)
      where delivery_id = $1 and lease_id = $2`,
    [deliveryId, leaseId, reason, afterSeconds],
  );
}

/** Answers whether this call gave it up. */
export async function setDead(
  db: Queryable,
  deliveryId: string,
  leaseId: string,
  reason: string,
): Promise<boolean> {
  const given = await execute(
    db,
    `update delivery
        set give_up_time = clock_timestamp(), attempts = attempts + 1, last_failure = $3, lease_id = null, lease_time = null
      where delivery_id = $1 and lease_id = $2`,
    [deliveryId, leaseId, reason],
  );
  return given === 1;
}

/**
 * Nothing is sent there any more. False: it was disabled before, or is deleted. Waits for those who are about to add a delivery: the
 * next statement sees it.
 */
export async function disableWebhook(tx: Queryable, webhookId: string): Promise<boolean> {
  await execute(tx, `select from webhook where webhook_id = $1 for update`, [webhookId]);
  const disabled = await execute(
    tx,
    `update webhook set disable_time = clock_timestamp() where webhook_id = $1 and disable_time is null`,
    [webhookId],
  );
  return disabled === 1;
}

/** What is pending of a webhook becomes dead letters; a statement of its own behind its lock. Answers how many. */
export function setAllDead(tx: Queryable, webhookId: string, reason: string): Promise<number> {
  return execute(
    tx,
    `update delivery
        set give_up_time = clock_timestamp(), last_failure = $2, lease_id = null, lease_time = null
      where webhook_id = $1 and state = 'pending'`,
    [webhookId, reason],
  );
}
