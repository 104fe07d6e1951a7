import { randomUUID } from 'node:crypto';
import { transaction, type Pool } from '@lethe/postgres';
import type { RightsState } from '../../../apps/workspace-service/src/authorization/workspace-rights.js';
import { ADMIN, CALLERS } from './callers.js';

/** A workspace of the table, in a state, with what an operation needs to find in it. */
export interface WorkspaceRow {
  readonly workspaceId: string;
  readonly state: RightsState;
  readonly bucketId: string | null;
  readonly repositoryId: string | null;
  readonly held: boolean;
}

export async function seedOrganizations(pool: Pool): Promise<void> {
  const accounts = [...new Map(CALLERS.filter((c) => !c.unknown).map((c) => [c.userId, c])).values()];
  await transaction(pool, async (tx) => {
    await tx.query(`insert into organization values ('org1'), ('org10')`);
    await tx.query(
      `insert into deletion_policy (organization_id, grace_seconds, orphan_delay_seconds, sweep_delay_seconds, sequestered, purge_mode)
       select organization_id, 86400, 86400, 0, true, 'manual' from organization`,
    );
    for (const { userId, organizationId, orgRole, validated = true, revoked = false } of accounts)
      await tx.query(
        `insert into account (user_id, organization_id, email, name, last_name, org_role, validated, revoke_time)
         values ($1, $2, $1 || '@example.org', 'Name', 'Last', $3, $4, case when $5 then now() end)`,
        [userId, organizationId, orgRole, validated, revoked],
      );
  });
}

/** Users without a part in the table, to be added, revoked and activated. */
export async function addExtras(pool: Pool, userIds: readonly string[], revoked: boolean): Promise<void> {
  await pool.query(
    `insert into account (user_id, organization_id, email, name, last_name, org_role, validated, revoke_time)
     select user_id, 'org1', 'x@example.org', 'N', 'L', 0, true, case when $2 then now() end from unnest($1::text[]) user_id`,
    [userIds, revoked],
  );
}

/**
 * Workspaces as if they had gone through their life: an earlier deletion that was undone, then the one of their state. Written past
 * the database's guards, which let no row begin in the middle.
 */
export async function addWorkspaces(pool: Pool, rows: readonly WorkspaceRow[]): Promise<void> {
  const members = CALLERS.filter((c) => c.member && c.token === undefined);
  const leftOut = CALLERS.filter((c) => c.former === 'left out').map((c) => c.userId);
  await transaction(pool, async (tx) => {
    await tx.query('set local session_replication_role = replica');
    await tx.query(
      `insert into workspace (workspace_id, organization_id, name, state, epoch, created_by)
       select id, 'org1', case when state = 'purged' then null else 'secret plans' end,
              case when state = 'due' then 'deleted' else state end, case when state = 'active' then 2 else 3 end, $3
         from unnest($1::uuid[], $2::text[]) row (id, state)`,
      [rows.map((row) => row.workspaceId), rows.map((row) => row.state), ADMIN.userId],
    );
    await tx.query(
      `insert into membership (workspace_id, user_id, role, suspended_epoch)
       select workspace_id, member.user_id, member.role, case when state = 'active' then null else 3 end
         from workspace cross join unnest($1::text[], $2::text[]) member (user_id, role)
        where state <> 'purged'
       on conflict do nothing`,
      [members.map((c) => c.userId), members.map((c) => c.member)],
    );
    await tx.query(
      `insert into membership (workspace_id, user_id, role, suspended_epoch)
       select workspace_id, user_id, 'ADMIN', 1 from workspace cross join unnest($1::text[]) user_id where state <> 'purged'
       on conflict do nothing`,
      [leftOut],
    );
    await tx.query(
      `insert into deletion (deletion_id, workspace_id, organization_id, epoch, kind, requested_by, delete_time, purge_time,
                             purge_mode, sweep_delay_seconds, restore_time, restored_by)
       select gen_random_uuid(), id, 'org1', 1, 'deletion_planned', $2, now() - interval '9 days', now() - interval '8 days',
              'manual', 0, now() - interval '8 days 1 hour', $2
         from unnest($1::uuid[]) id`,
      [rows.map((row) => row.workspaceId), ADMIN.userId],
    );
    await tx.query(
      `insert into deletion (deletion_id, workspace_id, organization_id, epoch, kind, requested_by, delete_time, purge_time,
                             purge_mode, sweep_delay_seconds, grant_time, granted_by, purged_time)
       select gen_random_uuid(), id, 'org1', 3, 'deletion_planned', $3, now() - interval '2 days',
              case when state = 'deleted' then now() + interval '1 day' else now() - interval '1 day' end, 'manual', 0,
              case when state in ('purging', 'purged') then now() end,
              case when state in ('purging', 'purged') then 'operator' end,
              case when state = 'purged' then now() + interval '1 ms' end
         from unnest($1::uuid[], $2::text[]) row (id, state)
        where state <> 'active'`,
      [rows.map((row) => row.workspaceId), rows.map((row) => row.state), ADMIN.userId],
    );
    await tx.query(
      `insert into deletion_participant (deletion_id, participant, gives_block_evidence)
       select deletion_id, participant, true
         from deletion cross join unnest(array['realm-purge', 'blob-sweeper']) participant
        where grant_time is not null
       on conflict do nothing`,
    );
    await tx.query(
      `insert into certificate (certificate_id, deletion_id, organization_id, sequence, jws, issue_time)
       select gen_random_uuid(), deletion_id, organization_id,
              coalesce((select max(sequence) from certificate), 0) + row_number() over (), 'a.b.c', now()
         from deletion where state = 'purged' and not exists (select from certificate c where c.deletion_id = deletion.deletion_id)`,
    );
    for (const [table, id] of [
      ['bucket', 'bucketId'],
      ['repository', 'repositoryId'],
    ] as const) {
      const furnished = rows.filter((row) => row[id] !== null);
      await tx.query(
        `insert into ${table} (${table}_id, workspace_id, name, created_by)
         select *, 'name', 'admin' from unnest($1::uuid[], $2::uuid[])`,
        [furnished.map((row) => row[id]), furnished.map((row) => row.workspaceId)],
      );
    }
    await tx.query(
      `insert into hold (hold_id, workspace_id, origin, reason, placed_by, by_operator)
       select gen_random_uuid(), id, 'court', 'case 42', 'owner', false from unnest($1::uuid[]) id`,
      [rows.filter((row) => row.held).map((row) => row.workspaceId)],
    );
  });
}

export const freshWorkspace = (
  state: RightsState,
  needs: { readonly furnished?: boolean; readonly held?: boolean } = {},
): WorkspaceRow => {
  const furnished = needs.furnished === true && state === 'active';
  return {
    workspaceId: randomUUID(),
    state,
    bucketId: furnished ? randomUUID() : null,
    repositoryId: furnished ? randomUUID() : null,
    held: needs.held === true && (state === 'active' || state === 'deleted' || state === 'due'),
  };
};
