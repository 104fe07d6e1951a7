import { execute, many, maybeOne, one, type Queryable } from '@lethe/postgres';
import type { DeletionRow } from '../deletion/deletion.sql.js';

/**
 * No certificate of a deletion `d` while it is paused or its blocks are kept: what certificateWithheld says of its row; nor before its
 * blocks were due.
 */
const NOT_WITHHELD = `d.pause_time is null and (not d.keep_blocks or d.release_time is not null)
                      and d.sweep_time <= clock_timestamp()`;

/** Nor for fewer blocks than were counted before a replay and never shown to be gone, by anybody who counts them. */
const PROVEN = `not exists (select from deletion_participant p
                              where p.deletion_id = d.deletion_id and p.gives_block_evidence
                                and coalesce((p.evidence -> 'blocks' ->> 'blocksTotal')::bigint, 0) < d.unproven_blocks)`;

/** Deletions whose every participant has reported and that nothing withholds, longest waiting first. */
export function listReported(
  db: Queryable,
  after: DeletionRow | undefined,
  limit: number,
): Promise<DeletionRow[]> {
  return many<DeletionRow>(
    db,
    `select d.*
       from deletion d
      where d.state = 'purging'
        and not exists (select from deletion_participant p
                         where p.deletion_id = d.deletion_id and p.report_time is null)
        and ${NOT_WITHHELD}
        and ($1::timestamptz is null or (d.grant_time, d.deletion_id) > ($1, $2::uuid))
      order by d.grant_time, d.deletion_id
      limit $3`,
    [after?.grant_time, after?.deletion_id, limit],
  );
}

export interface RemainderRow {
  readonly memberships: number;
  readonly buckets: number;
  readonly repositories: number;
}

/** What this service itself still keeps of a workspace, and will remove with the certificate. */
export function countRemainder(db: Queryable, workspaceId: string): Promise<RemainderRow> {
  return one<RemainderRow>(
    db,
    `select (select count(*) from membership where workspace_id = $1) as memberships,
            (select count(*) from bucket where workspace_id = $1) as buckets,
            (select count(*) from repository where workspace_id = $1) as repositories`,
    [workspaceId],
  );
}

/**
 * Removes it, name included, and closes workspace and deletion. Answers what went; undefined when it was not purging, or was
 * paused meanwhile.
 */
export function removeRemainder(
  tx: Queryable,
  deletionId: string,
  workspaceId: string,
  purgedTime: Date,
): Promise<RemainderRow | undefined> {
  return maybeOne<RemainderRow>(
    tx,
    `with closed as (
       update deletion d
          set purged_time = $3
        where deletion_id = $1 and state = 'purging' and ${NOT_WITHHELD} and ${PROVEN}
       returning workspace_id, epoch
     ), purged as (
       update workspace w
          set state = 'purged', name = null, revision = revision + 1
         from closed
        where w.workspace_id = closed.workspace_id and w.epoch = closed.epoch and w.state = 'purging' and w.workspace_id = $2
       returning w.workspace_id
     ), gone_members as (
       delete from membership where workspace_id in (select workspace_id from purged) returning 1
     ), gone_repositories as (
       delete from repository where workspace_id in (select workspace_id from purged) returning 1
     ), gone_buckets as (
       delete from bucket where workspace_id in (select workspace_id from purged) returning 1
     ), gone_answers as (
       -- those to restores hold its name; those to deletions go on answering repetitions
       delete from kept_answer where workspace_id in (select workspace_id from purged) and request like 'RestoreWorkspace %'
     )
     select (select count(*) from gone_members) as memberships,
            (select count(*) from gone_buckets) as buckets,
            (select count(*) from gone_repositories) as repositories
       from purged`,
    [deletionId, workspaceId, purgedTime],
  );
}

/** The organization's newest certificate, and the time by the database's clock. */
export function readChain(
  db: Queryable,
  organizationId: string,
): Promise<{ now: Date; sequence: number | null; jws: string | null }> {
  return one(
    db,
    `select clock_timestamp()::timestamptz(3) as now, newest.sequence, newest.jws
       from (select 1) always
       left join lateral (select sequence, jws
                            from certificate
                           where organization_id = $1
                           order by sequence desc
                           limit 1) newest on true`,
    [organizationId],
  );
}

/** False when another certificate of the organization was faster: then the chain must be read again. */
export async function insertCertificate(
  tx: Queryable,
  row: {
    certificateId: string;
    deletionId: string;
    organizationId: string;
    sequence: number;
    jws: string;
    issueTime: Date;
  },
): Promise<boolean> {
  const inserted = await execute(
    tx,
    `insert into certificate (certificate_id, deletion_id, organization_id, sequence, jws, issue_time)
     values ($1, $2, $3, $4, $5, $6)
     on conflict do nothing`,
    [row.certificateId, row.deletionId, row.organizationId, row.sequence, row.jws, row.issueTime],
  );
  return inserted === 1;
}
