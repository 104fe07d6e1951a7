import { randomUUID } from 'node:crypto';
import { execute, many, one, type Pool } from '@lethe/postgres';
import type { DeletionRow } from '../deletion/deletion.sql.js';
import type { RequiredParticipants } from '../deletion/participants.js';
import type { Role, State } from '../workspace/workspace-state.js';

/** For tests: what stands in the database before a story begins, and what stands there after it. */
export const PARTICIPANTS: RequiredParticipants = new Map([
  ['blob-sweeper', true],
  ['realm-purge', true],
]);

export interface Policy {
  readonly graceSeconds?: number;
  readonly orphanDelaySeconds?: number;
  readonly sweepDelaySeconds?: number;
  readonly sequestered?: boolean;
  readonly mode?: 'automatic' | 'manual';
}

/** Without a policy nothing of the organization is ever purged. */
export async function addOrganization(pool: Pool, organizationId: string, policy?: Policy): Promise<void> {
  await execute(pool, `insert into organization values ($1)`, [organizationId]);
  if (policy) await setPolicy(pool, organizationId, policy);
}

export async function setPolicy(pool: Pool, organizationId: string, policy: Policy): Promise<void> {
  const { graceSeconds = 0, orphanDelaySeconds = 0, sweepDelaySeconds = 0 } = policy;
  const { sequestered = false, mode = 'automatic' } = policy;
  await execute(
    pool,
    `insert into deletion_policy values ($1, $2, $3, $4, $5, $6)
     on conflict (organization_id) do update
        set grace_seconds = $2, orphan_delay_seconds = $3, sequestered = $4, purge_mode = $5, sweep_delay_seconds = $6`,
    [organizationId, graceSeconds, orphanDelaySeconds, sequestered, mode, sweepDelaySeconds],
  );
}

export async function addUser(
  pool: Pool,
  organizationId: string,
  userId: string,
  { orgRole = 0, validated = true } = {},
): Promise<void> {
  await execute(pool, `insert into account values ($1, $2, $3, 'First', 'Last', $4, $5)`, [
    userId,
    organizationId,
    `${userId}@example.org`,
    orgRole,
    validated,
  ]);
}

/** @param agoSeconds null undoes it. */
export async function revoke(pool: Pool, userId: string, agoSeconds: number | null = 0): Promise<void> {
  await execute(
    pool,
    `update account set revoke_time = clock_timestamp() - make_interval(secs => $2) where user_id = $1`,
    [userId, agoSeconds],
  );
}

export async function addWorkspace(
  pool: Pool,
  organizationId: string,
  members: Readonly<Record<string, Role>>,
  workspaceId: string = randomUUID(),
): Promise<string> {
  await execute(
    pool,
    `with created as (
       insert into workspace (workspace_id, organization_id, name, state, epoch, created_by)
       values ($1, $2, 'secret plans', 'active', 0, 'somebody')
       returning workspace_id
     )
     insert into membership (workspace_id, user_id, role)
     select workspace_id, member.* from created, unnest($3::text[], $4::text[]) member`,
    [workspaceId, organizationId, Object.keys(members), Object.values(members)],
  );
  return workspaceId;
}

export async function addBucket(pool: Pool, workspaceId: string): Promise<string> {
  const bucketId = randomUUID();
  await execute(
    pool,
    `insert into bucket (bucket_id, workspace_id, name, created_by) values ($1, $2, 'b', 'u')`,
    [bucketId, workspaceId],
  );
  return bucketId;
}

/** With the buckets that it uses. */
export async function addRepository(
  pool: Pool,
  workspaceId: string,
  bucketIds: readonly string[] = [],
): Promise<string> {
  const repositoryId = randomUUID();
  await execute(
    pool,
    `with created as (
       insert into repository (repository_id, workspace_id, name, created_by) values ($1, $2, 'r', 'u') returning repository_id
     )
     insert into repository_bucket (repository_id, bucket_id) select repository_id, unnest($3::uuid[]) from created`,
    [repositoryId, workspaceId, bucketIds],
  );
  return repositoryId;
}

/** Soft-deletes without asking whether anybody may, and without a word to anybody. */
export function softDelete(pool: Pool, workspaceId: string): Promise<DeletionRow> {
  return one<DeletionRow>(
    pool,
    `with deleted as (
       update workspace
          set state = 'deleted', epoch = epoch + 1, revision = revision + 1
        where workspace_id = $2
       returning workspace_id, organization_id, epoch
     ), suspended as (
       update membership m
          set suspended_epoch = deleted.epoch
         from deleted
        where m.workspace_id = deleted.workspace_id and m.suspended_epoch is null
     )
     insert into deletion (deletion_id, workspace_id, organization_id, epoch, kind, requested_by,
                           delete_time, purge_time, purge_mode, sweep_delay_seconds)
     select $1, deleted.workspace_id, deleted.organization_id, deleted.epoch, 'deletion_planned', 'somebody',
            clock.delete_time, clock.delete_time + make_interval(secs => policy.grace_seconds), policy.purge_mode,
            policy.sweep_delay_seconds
       from deleted
      cross join (select clock_timestamp()::timestamptz(3) as delete_time) clock
       left join deletion_policy policy using (organization_id)
     returning *`,
    [randomUUID(), workspaceId],
  );
}

export async function hold(pool: Pool, workspaceId: string, byOperator = true): Promise<void> {
  await execute(
    pool,
    `insert into hold (hold_id, workspace_id, origin, reason, placed_by, by_operator)
     values ($1, $2, 'court', 'because', 'o', $3)`,
    [randomUUID(), workspaceId, byOperator],
  );
}

export interface Seen {
  readonly state: State;
  readonly epoch: number;
  readonly name: string | null;
  readonly etag: string;
  /** `user:role`, with `!epoch` behind it while suspended. */
  readonly members: string[];
  readonly children: number;
  /** `kind epoch state` */
  readonly deletions: string[];
  readonly certificates: number;
  readonly events: string[];
}

/** All there is to see of a workspace. */
export function see(pool: Pool, workspaceId: string): Promise<Seen> {
  return one<Seen & Record<string, unknown>>(
    pool,
    `select w.state, w.epoch, w.name, w.epoch || '.' || w.revision as etag,
            array(select user_id || ':' || role || coalesce('!' || suspended_epoch, '')
                    from membership m where m.workspace_id = w.workspace_id order by 1) as members,
            (select count(*) from bucket b where b.workspace_id = w.workspace_id and b.delete_time is null)
              + (select count(*) from repository r where r.workspace_id = w.workspace_id and r.delete_time is null) as children,
            array(select kind || ' ' || epoch || ' ' || d.state
                    from deletion d where d.workspace_id = w.workspace_id order by epoch) as deletions,
            (select count(*) from certificate join deletion d using (deletion_id)
              where d.workspace_id = w.workspace_id) as certificates,
            array(select headers ->> 'ce-type' from outbox
                   where headers ->> 'ce-subject' = w.workspace_id::text order by append_no) as events
       from workspace w
      where w.workspace_id = $1`,
    [workspaceId],
  );
}

export async function revokedSince(pool: Pool, userId: string): Promise<Date | null> {
  const { revoke_time } = await one<{ revoke_time: Date | null }>(
    pool,
    `select revoke_time from account where user_id = $1`,
    [userId],
  );
  return revoke_time;
}

/** The audit of a workspace, oldest first: `who context action of what`, with what it says beside the ids. */
export async function auditOf(pool: Pool, workspaceId: string): Promise<string[]> {
  const rows = await many<{ line: string }>(
    pool,
    `select concat_ws(' ', user_id, context, action, context_id, detail) as line
       from system_event
      where workspace_id = $1 and not by_operator
      order by event_no`,
    [workspaceId],
  );
  return rows.map((row) => row.line);
}

/** A report as it was recorded before there was evidence by store. */
export async function reportInFirstForm(
  pool: Pool,
  workspaceId: string,
  participant: string,
  evidence: unknown,
): Promise<void> {
  await execute(
    pool,
    `update deletion_participant
        set evidence = $3, report_time = clock_timestamp()
      where participant = $2 and deletion_id in (select deletion_id from deletion where workspace_id = $1)`,
    [workspaceId, participant, JSON.stringify(evidence)],
  );
}
