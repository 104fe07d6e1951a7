import { many, one, type Queryable } from '@lethe/postgres';
import { CONTEXT } from '../audit/audit.js';

/** Which events of an organization; what is null does not filter. */
export interface AuditFilter {
  readonly organizationId: string;
  /** What this user did, and nothing that an operator of the same name did. */
  readonly doneBy: string | null;
  readonly workspaceId: string | null;
  readonly context: number | null;
  readonly action: number | null;
  readonly userId: string | null;
  readonly contextId: string | null;
  /** Both ends belong to it. */
  readonly fromTime: Date | null;
  readonly toTime: Date | null;
}

export interface AuditRow {
  readonly event_no: number;
  readonly organization_id: string;
  readonly workspace_id: string | null;
  readonly context: number;
  readonly context_id: string;
  readonly action: number;
  readonly user_id: string;
  readonly by_operator: boolean;
  readonly detail: string | null;
  readonly event_time: Date;
  readonly user_name: string | null;
  readonly user_email: string | null;
}

/**
 * Each shape of it walks an index of system_event: the planner sees the values, and drops what does not filter. An action alone
 * asks for every context, so that it walks the index that begins with the context.
 */
const CHOSEN = `
       from system_event e
      where e.organization_id = $1
        and ($2::text is null or (e.user_id = $2 and not e.by_operator))
        and ($3::uuid is null or e.workspace_id = $3)
        and ($4::smallint is null or e.context = $4)
        and ($5::smallint is null or (e.action = $5 and e.context in (${Object.values(CONTEXT).join(', ')})))
        and ($6::text is null or e.user_id = $6)
        and ($7::text is null or e.context_id = $7)
        and ($8::timestamptz is null or e.event_time >= $8)
        and ($9::timestamptz is null or e.event_time <= $9)`;

const valuesOf = (filter: AuditFilter) => [
  filter.organizationId,
  filter.doneBy,
  filter.workspaceId,
  filter.context,
  filter.action,
  filter.userId,
  filter.contextId,
  filter.fromTime,
  filter.toTime,
];

export interface AuditPage {
  /** Behind the event of this time and number; undefined: from the newest on. */
  readonly before: readonly [time: string, eventNo: string] | undefined;
  readonly skip: number;
  readonly limit: number;
}

/** Newest first, by the clock of the database; of one millisecond the later number. Users are named as they are called today, and only those of the organization. */
export function listAuditEvents(db: Queryable, filter: AuditFilter, page: AuditPage): Promise<AuditRow[]> {
  return many<AuditRow>(
    db,
    `select e.event_no, e.organization_id, e.workspace_id, e.context, e.context_id, e.action, e.user_id, e.by_operator,
            e.detail::text as detail, e.event_time, trim(a.name || ' ' || a.last_name) as user_name, a.email as user_email
       from (select e.*
             ${CHOSEN}
                and ($10::timestamptz is null or (e.event_time, e.event_no) < ($10, $11::bigint))
              order by e.event_time desc, e.event_no desc
             offset $12
              limit $13) e
       left join account a on a.user_id = e.user_id and a.organization_id = e.organization_id and not e.by_operator
      order by e.event_time desc, e.event_no desc`,
    [...valuesOf(filter), page.before?.[0] ?? null, page.before?.[1] ?? null, page.skip, page.limit],
  );
}

/** How many there are, counted up to `limit`: in the order of the index, so that it is no search through others'. */
export async function countAuditEvents(db: Queryable, filter: AuditFilter, limit: number): Promise<number> {
  const { events } = await one<{ events: number }>(
    db,
    `select count(*) as events from (select ${CHOSEN} order by e.event_time desc, e.event_no desc limit $10) counted`,
    [...valuesOf(filter), limit],
  );
  return events;
}
