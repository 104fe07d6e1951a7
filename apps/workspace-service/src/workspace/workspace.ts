import { WorkspaceRole, WorkspaceState, type Workspace } from '@lethe/contracts';
import type { Queryable } from '@lethe/postgres';
import { wireUser } from '../account/account.js';
import { listMembers, readFacts, type FactsRow, type MemberRow, type WorkspaceRow } from './workspace.sql.js';
import type { Role, State, WorkspaceFacts } from './workspace-state.js';

const STATES: Record<State, WorkspaceState> = {
  active: WorkspaceState.ACTIVE,
  deleted: WorkspaceState.DELETED,
  purging: WorkspaceState.PURGING,
  purged: WorkspaceState.PURGED,
};
const ROLES: Record<Role, WorkspaceRole> = {
  READ: WorkspaceRole.READ,
  WRITE: WorkspaceRole.WRITE,
  ADMIN: WorkspaceRole.ADMIN,
};

/** The facts of a workspace as a caller stands to it; undefined when the organization has none of this id. */
export async function factsOf(
  tx: Queryable,
  organizationId: string,
  workspaceId: string,
  userId: string,
): Promise<WorkspaceFacts | undefined> {
  const row = await readFacts(tx, organizationId, workspaceId, userId);
  return row && toFacts(row);
}

export function toFacts(row: FactsRow): WorkspaceFacts {
  return {
    state: row.state,
    epoch: row.epoch,
    etag: row.etag,
    role: row.role ?? undefined,
    liveBuckets: row.live_buckets,
    liveRepositories: row.live_repositories,
    holds: row.holds,
    isDefault: row.is_default,
    due: row.due,
  };
}

/** Workspaces with their members, as they travel. */
export async function withMembers(db: Queryable, rows: readonly WorkspaceRow[]): Promise<Workspace[]> {
  if (rows.length === 0) return [];
  const members = await listMembers(
    db,
    rows.map((row) => row.workspace_id),
  );
  const byWorkspace = new Map(rows.map((row) => [row.workspace_id, [] as MemberRow[]]));
  for (const member of members) byWorkspace.get(member.workspace_id)?.push(member);
  return rows.map((row) => wireWorkspace(row, byWorkspace.get(row.workspace_id) ?? []));
}

function wireWorkspace(row: WorkspaceRow, members: readonly MemberRow[]): Workspace {
  return {
    workspaceId: row.workspace_id,
    organizationId: row.organization_id,
    name: row.name ?? '',
    state: STATES[row.state],
    epoch: row.epoch,
    etag: row.etag,
    members: members.map(wireMember),
    createTime: row.create_time,
    deleteTime: row.delete_time ?? undefined,
    purgeTime: row.purge_time ?? undefined,
    isDefault: row.is_default,
  };
}

export function wireMember(row: MemberRow): Workspace['members'][number] {
  return {
    userId: row.user_id,
    role: ROLES[row.role],
    user: wireUser(row),
  };
}
