import { execute, many, one, type Queryable } from '@lethe/postgres';
import { BUCKETS_OF_REPOSITORY, type BucketRow, type RepositoryRow } from '../resource/resource.sql.js';

/** To be sent first in a transaction: all its statements see one moment, and none of them can change anything. */
export async function lookOnly(tx: Queryable): Promise<void> {
  await execute(tx, `set transaction isolation level repeatable read, read only`);
}

export interface PreviewedTimesRow {
  readonly preview_time: Date;
  /** Null: the organization has no policy, so never purged. */
  readonly purge_time: Date | null;
  readonly purge_mode: 'automatic' | 'manual' | null;
  readonly sweep_time: Date | null;
}

/** The times that a deletion at this moment would freeze. */
export function previewTimes(tx: Queryable, organizationId: string): Promise<PreviewedTimesRow> {
  return one<PreviewedTimesRow>(
    tx,
    `select clock.preview_time, clock.preview_time + make_interval(secs => policy.grace_seconds) as purge_time, policy.purge_mode,
            clock.preview_time + make_interval(secs => policy.grace_seconds + policy.sweep_delay_seconds) as sweep_time
       from (select clock_timestamp()::timestamptz(3) as preview_time) clock
       left join deletion_policy policy on policy.organization_id = $1`,
    [organizationId],
  );
}

/** The first live ones by id. */
export function firstBuckets(
  tx: Queryable,
  organizationId: string,
  workspaceId: string,
  limit: number,
): Promise<BucketRow[]> {
  return many<BucketRow>(
    tx,
    `select r.bucket_id, r.workspace_id, r.name, r.create_time
       from bucket r
       join workspace w using (workspace_id)
      where w.organization_id = $1 and r.workspace_id = $2 and r.delete_time is null
      order by r.bucket_id
      limit $3`,
    [organizationId, workspaceId, limit],
  );
}

export function firstRepositories(
  tx: Queryable,
  organizationId: string,
  workspaceId: string,
  limit: number,
): Promise<RepositoryRow[]> {
  return many<RepositoryRow>(
    tx,
    `select r.repository_id, r.workspace_id, r.name, r.create_time,${BUCKETS_OF_REPOSITORY} as bucket_ids
       from repository r
       join workspace w using (workspace_id)
      where w.organization_id = $1 and r.workspace_id = $2 and r.delete_time is null
      order by r.repository_id
      limit $3`,
    [organizationId, workspaceId, limit],
  );
}
