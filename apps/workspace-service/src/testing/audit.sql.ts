import { many, type Pool } from '@lethe/postgres';

/** For tests: what the audit says. */
export interface Audited {
  readonly organization_id: string;
  readonly workspace_id: string | null;
  readonly context: number;
  readonly action: number;
  /** The user, or `operator <name>`. */
  readonly by: string;
  readonly detail: Readonly<Record<string, unknown>> | null;
}

/** What it says of one thing, oldest first. */
export function auditOf(pool: Pool, contextId: string): Promise<Audited[]> {
  return many<Audited & Record<string, unknown>>(
    pool,
    `select organization_id, workspace_id, context, action, detail,
            case when by_operator then 'operator ' else '' end || user_id as by
       from system_event
      where context_id = $1
      order by event_no`,
    [contextId],
  );
}
