import { maybeOne, type Queryable } from '@lethe/postgres';

/** The buckets that repository `r` uses, in one order. */
export const BUCKETS_OF_REPOSITORY = `
            array(select rb.bucket_id from repository_bucket rb
                   where rb.repository_id = r.repository_id order by rb.bucket_id)::text[]`;

export interface BucketRow {
  readonly bucket_id: string;
  readonly workspace_id: string;
  readonly name: string;
  readonly create_time: Date;
}

export interface RepositoryRow {
  readonly repository_id: string;
  readonly workspace_id: string;
  readonly name: string;
  readonly create_time: Date;
  readonly bucket_ids: string[];
}

/** The workspace that a live bucket of the organization stands in. */
export function workspaceOfBucket(
  db: Queryable,
  organizationId: string,
  bucketId: string,
): Promise<{ workspace_id: string } | undefined> {
  return maybeOne(
    db,
    `select r.workspace_id
       from bucket r
       join workspace w using (workspace_id)
      where r.bucket_id = $2 and r.delete_time is null and w.organization_id = $1`,
    [organizationId, bucketId],
  );
}

export function workspaceOfRepository(
  db: Queryable,
  organizationId: string,
  repositoryId: string,
): Promise<{ workspace_id: string } | undefined> {
  return maybeOne(
    db,
    `select r.workspace_id
       from repository r
       join workspace w using (workspace_id)
      where r.repository_id = $2 and r.delete_time is null and w.organization_id = $1`,
    [organizationId, repositoryId],
  );
}
