import { execute, many, maybeOne, type Queryable } from '@lethe/postgres';
import type { Role, State } from './workspace-state.js';

export interface WorkspaceRow {
  readonly workspace_id: string;
  readonly organization_id: string;
  readonly name: string | null;
  readonly state: State;
  readonly epoch: number;
  readonly etag: string;
  readonly create_time: Date;
  readonly delete_time: Date | null;
  readonly purge_time: Date | null;
  readonly is_default: boolean;
}

export interface MemberRow {
  readonly workspace_id: string;
  readonly user_id: string;
  readonly role: Role;
  readonly name: string;
  readonly last_name: string;
  readonly email: string;
  readonly org_role: number;
  readonly organization_id: string;
  readonly validated: boolean;
  readonly revoke_time: Date | null;
}

export interface FactsRow {
  readonly state: State;
  readonly epoch: number;
  readonly etag: string;
  readonly role: Role | null;
  readonly live_buckets: number;
  readonly live_repositories: number;
  readonly holds: number;
  readonly is_default: boolean;
  readonly due: boolean;
}

/** Everything that decides about a workspace, or gives it a child, goes through this lock. False: there is none in the organization. */
export async function lockWorkspace(
  tx: Queryable,
  organizationId: string,
  workspaceId: string,
): Promise<boolean> {
  const locked = await execute(
    tx,
    `select from workspace where organization_id = $1 and workspace_id = $2 for update`,
    [organizationId, workspaceId],
  );
  return locked === 1;
}

/** Any change of what a deletion looks at changes the etag. Behind the lock. */
export function raiseRevision(tx: Queryable, organizationId: string, workspaceId: string): Promise<number> {
  return execute(
    tx,
    `update workspace set revision = revision + 1 where organization_id = $1 and workspace_id = $2 and state = 'active'`,
    [organizationId, workspaceId],
  );
}

/** What decides about a workspace `w`, its scheduled deletion `d` and a `caller`. */
export const FACTS = `
            w.state, w.epoch, w.epoch || '.' || w.revision as etag, w.is_default,
            -- suspended memberships count only as the right to undo the deletion that suspended them
            (select m.role
               from membership m
              where m.workspace_id = w.workspace_id
                and m.user_id = caller.user_id
                and coalesce(m.suspended_epoch, w.epoch) = w.epoch) as role,
            (select count(*) from bucket b
              where b.workspace_id = w.workspace_id and b.delete_time is null) as live_buckets,
            (select count(*) from repository r
              where r.workspace_id = w.workspace_id and r.delete_time is null) as live_repositories,
            (select count(*) from hold h
              where h.workspace_id = w.workspace_id and h.release_time is null) as holds,
            coalesce(d.purge_time <= clock_timestamp(), false) as due`;

/** A statement of its own behind the lock, so that it sees what had committed when the lock was given. */
export function readFacts(
  tx: Queryable,
  organizationId: string,
  workspaceId: string,
  userId: string,
): Promise<FactsRow | undefined> {
  return maybeOne<FactsRow>(
    tx,
    `select ${FACTS}
       from workspace w
      cross join (select $3::text as user_id) caller
       left join deletion d on d.workspace_id = w.workspace_id and d.epoch = w.epoch and d.state = 'scheduled'
      where w.organization_id = $1 and w.workspace_id = $2`,
    [organizationId, workspaceId, userId],
  );
}

/** A workspace `w`, with the times of its deletion `d` while it is deleted. */
export const WORKSPACE = `
  select w.workspace_id, w.organization_id, w.name, w.state, w.epoch, w.epoch || '.' || w.revision as etag, w.create_time,
         w.is_default, d.delete_time, d.purge_time
    from workspace w
    left join deletion d on d.workspace_id = w.workspace_id and d.epoch = w.epoch and w.state = 'deleted'`;

export function findWorkspace(
  db: Queryable,
  organizationId: string,
  workspaceId: string,
): Promise<WorkspaceRow | undefined> {
  return maybeOne<WorkspaceRow>(db, `${WORKSPACE} where w.organization_id = $1 and w.workspace_id = $2`, [
    organizationId,
    workspaceId,
  ]);
}

/** Of active workspaces their members; of deleted ones those who were, when they were deleted. */
export function listMembers(db: Queryable, workspaceIds: readonly string[]): Promise<MemberRow[]> {
  return many<MemberRow>(
    db,
    `select m.workspace_id, m.user_id, m.role,
            a.name, a.last_name, a.email, a.org_role, a.organization_id, a.validated, a.revoke_time
       from membership m
       join workspace w using (workspace_id)
       join account a using (user_id)
      where m.workspace_id = any($1::uuid[])
        and coalesce(m.suspended_epoch, w.epoch) = w.epoch
      order by m.workspace_id, m.user_id`,
    [workspaceIds],
  );
}

/** For operators and participants, who stand above organizations. */
export function organizationOf(
  db: Queryable,
  workspaceId: string,
): Promise<{ organization_id: string } | undefined> {
  return maybeOne<{ organization_id: string }>(
    db,
    `select organization_id from workspace where workspace_id = $1`,
    [workspaceId],
  );
}
