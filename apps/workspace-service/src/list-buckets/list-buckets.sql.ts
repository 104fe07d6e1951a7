import { many, type Queryable } from '@lethe/postgres';
import { BEFORE_ALL_IDS } from '../page.js';
import type { BucketRow } from '../resource/resource.sql.js';

/**
 * Live buckets of the active workspaces that the user is a member of (of one, or of all), in the order of workspace and bucket,
 * behind `after`. Walks the user's memberships, and in each workspace its buckets, each along its index and no further than the
 * limit; `offset 0` insists upon one workspace after the other. Where the page before ended is compared with the bucket alone: as
 * a pair with the workspace, the index would begin at the workspace and pass over all that was listed of it.
 */
export function listBuckets(
  db: Queryable,
  organizationId: string,
  userId: string,
  workspaceId: string | null,
  after: readonly string[],
  limit: number,
): Promise<BucketRow[]> {
  return many<BucketRow>(
    db,
    `select r.bucket_id, r.workspace_id, r.name, r.create_time
       from membership m
      cross join lateral (select from workspace w
                           where w.workspace_id = m.workspace_id and w.organization_id = $1 and w.state = 'active'
                          offset 0) w
      cross join lateral (select b.*
                            from bucket b
                           where b.workspace_id = m.workspace_id
                             and b.delete_time is null
                             and b.bucket_id > case m.workspace_id when $4::uuid then $5::uuid else '${BEFORE_ALL_IDS}' end
                           order by b.bucket_id
                           limit $6) r
      where m.user_id = $2
        and m.suspended_epoch is null
        and m.workspace_id >= $4::uuid
        and ($3::uuid is null or m.workspace_id = $3)
      order by m.workspace_id, r.bucket_id
      limit $6`,
    [organizationId, userId, workspaceId, ...after, limit],
  );
}
