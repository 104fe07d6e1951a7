import { execute, many, one, type Pool } from '@lethe/postgres';

/** For tests: what the audit says. */
export interface Audited {
  readonly organization_id: string;
  readonly workspace_id: string | null;
  readonly context: number;
  readonly context_id: string;
  readonly action: number;
  /** The user, or `operator <name>`. */
  readonly by: string;
  readonly detail: Readonly<Record<string, unknown>> | null;
}

const AUDITED = `
  select organization_id, workspace_id, context, context_id, action, detail,
         case when by_operator then 'operator ' else '' end || user_id as by
    from system_event`;

/** What it says of one thing, oldest first. */
export function auditAbout(pool: Pool, contextId: string): Promise<Audited[]> {
  return many<Audited & Record<string, unknown>>(pool, `${AUDITED} where context_id = $1 order by event_no`, [
    contextId,
  ]);
}

/** What it says behind an event, oldest first. */
export function auditBehind(pool: Pool, eventNo: number): Promise<Audited[]> {
  return many<Audited & Record<string, unknown>>(pool, `${AUDITED} where event_no > $1 order by event_no`, [
    eventNo,
  ]);
}

export async function lastEventNo(pool: Pool): Promise<number> {
  const { last } = await one<{ last: number }>(
    pool,
    `select coalesce(max(event_no), 0) as last from system_event`,
  );
  return last;
}

/** Every row of the audit as text. */
export async function auditText(pool: Pool): Promise<string[]> {
  const rows = await many<{ text: string }>(pool, `select to_jsonb(e)::text as text from system_event e`);
  return rows.map((row) => row.text);
}

export interface AddedEvent {
  readonly organizationId: string;
  readonly workspaceId: string | null;
  readonly context: number;
  readonly contextId: string;
  readonly action: number;
  readonly userId: string;
  readonly byOperator: boolean;
  readonly time: Date;
}

/** Events as they might have been written, in this order. */
export async function addEvents(pool: Pool, events: readonly AddedEvent[]): Promise<void> {
  await execute(
    pool,
    `insert into system_event (organization_id, workspace_id, context, context_id, action, user_id, by_operator, detail, event_time)
     select e.organization_id, e.workspace_id, e.context, e.context_id, e.action, e.user_id, e.by_operator,
            jsonb_build_object('n', e.n), e.event_time
       from rows from (unnest($1::text[]), unnest($2::uuid[]), unnest($3::smallint[]), unnest($4::text[]), unnest($5::smallint[]),
                       unnest($6::text[]), unnest($7::boolean[]), unnest($8::timestamptz[]))
            with ordinality as e (organization_id, workspace_id, context, context_id, action, user_id, by_operator, event_time, n)
      order by e.n`,
    [
      events.map((e) => e.organizationId),
      events.map((e) => e.workspaceId),
      events.map((e) => e.context),
      events.map((e) => e.contextId),
      events.map((e) => e.action),
      events.map((e) => e.userId),
      events.map((e) => e.byOperator),
      events.map((e) => e.time),
    ],
  );
}

/**
 * Many events, a second apart, the newest now: most by a few busy users of the organization in a few contexts. What is rare (a
 * context, an action, a user, a workspace, a thing) is old and rare.
 */
export async function addManyEvents(pool: Pool, organizationId: string, count: number): Promise<void> {
  await execute(
    pool,
    `insert into system_event (organization_id, workspace_id, context, context_id, action, user_id, by_operator, event_time)
     select $1,
            case when n % 7 = 0 then null else md5((n % 1000)::text)::uuid end,
            case when n % 20000 = 1 then 8 else (array[0, 1, 1, 1, 2, 5])[1 + n % 6] end,
            'thing' || n / 3,
            case when n % 15000 = 2 then 2 else n % 2 end,
            case when n % 25000 = 3 then 'rare' else 'busy' || n % 5 end,
            n % 11 = 0,
            clock_timestamp() - make_interval(secs => $2 - n)
       from generate_series(1, $2::bigint) n`,
    [organizationId, count],
  );
  await execute(pool, `vacuum analyze system_event`);
}
