import { many, maybeOne, type Queryable } from '@lethe/postgres';
import { WORKSPACE, type WorkspaceRow } from '../workspace/workspace.sql.js';

/**
 * The workspaces that `chosen` picks among those of the user's memberships, behind `after`. Walks the memberships by their index and
 * looks up one workspace after the other (which `offset 0` insists upon), so that it ends with the page.
 */
function alongMemberships(
  db: Queryable,
  organizationId: string,
  userId: string,
  after: string,
  limit: number,
  chosen: string,
): Promise<WorkspaceRow[]> {
  return many<WorkspaceRow>(
    db,
    `select w.*
       from membership m
      cross join lateral (${WORKSPACE}
                           where w.workspace_id = m.workspace_id
                             and w.organization_id = $1
                             and ${chosen}
                          offset 0) w
      where m.user_id = $2 and m.workspace_id > $3::uuid
      order by m.workspace_id
      limit $4`,
    [organizationId, userId, after, limit],
  );
}

type Page = readonly [after: string, limit: number];

/** The active workspaces that the user is a member of. */
export const listActive = (db: Queryable, organizationId: string, userId: string, ...page: Page) =>
  alongMemberships(db, organizationId, userId, ...page, `w.state = 'active' and m.suspended_epoch is null`);

/** Deleted, and its purge time has not come. Without one (no policy) it never comes. */
const RESTORABLE = `w.state = 'deleted' and (d.purge_time is null or d.purge_time > clock_timestamp())`;

/** The bin of a user: what had the user as ADMIN when it was deleted. The purge takes memberships, so that the walk stays short. */
export const listBinOf = (db: Queryable, organizationId: string, userId: string, ...page: Page) =>
  alongMemberships(
    db,
    organizationId,
    userId,
    ...page,
    `${RESTORABLE} and m.role = 'ADMIN' and m.suspended_epoch = w.epoch`,
  );

/** The bin of an administrator: all of the organization, along the index of its bin. */
export function listBin(
  db: Queryable,
  organizationId: string,
  ...[after, limit]: Page
): Promise<WorkspaceRow[]> {
  return many<WorkspaceRow>(
    db,
    `select w.*
       from workspace deleted
      cross join lateral (${WORKSPACE}
                           where w.workspace_id = deleted.workspace_id
                             and ${RESTORABLE}
                          offset 0) w
      where deleted.organization_id = $1
        and deleted.state = 'deleted'
        and deleted.workspace_id > $2::uuid
      order by deleted.workspace_id
      limit $3`,
    [organizationId, after, limit],
  );
}

/**
 * How many of these workspaces, from the first, have at most so many members in all, of those that `listMembers` lists. Counts along
 * the index of memberships, one workspace after the other (which `offset 0` insists upon), and stops at the first member too many.
 */
export async function countFitting(
  db: Queryable,
  organizationId: string,
  workspaceIds: readonly string[],
  maxMembers: number,
): Promise<number> {
  const tooMany = await maybeOne<{ nth: number }>(
    db,
    `select page.nth
       from unnest($2::uuid[]) with ordinality page (workspace_id, nth)
      cross join lateral (select w.epoch from workspace w
                           where w.workspace_id = page.workspace_id and w.organization_id = $1
                          offset 0) w
      cross join lateral (select from membership m
                           where m.workspace_id = page.workspace_id
                             and coalesce(m.suspended_epoch, w.epoch) = w.epoch
                          offset 0) member
      order by page.nth
     offset $3
      limit 1`,
    [organizationId, workspaceIds, maxMembers],
  );
  return tooMany ? tooMany.nth - 1 : workspaceIds.length;
}
