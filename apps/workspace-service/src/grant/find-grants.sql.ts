import { many, maybeOne, type Queryable } from '@lethe/postgres';
import type { DeletionRow } from '../deletion/deletion.sql.js';

/**
 * The grant of exactly this epoch of a workspace that is being purged, or was. A replay leaves the certified grants before it where they
 * are; the one whose place it takes is gone, so that nobody reports on it any more.
 */
export function findGrant(
  db: Queryable,
  workspaceId: string,
  epoch: number,
): Promise<DeletionRow | undefined> {
  return maybeOne<DeletionRow>(
    db,
    `select d.*
       from deletion d
       join workspace w using (workspace_id)
      where d.workspace_id = $1
        and d.epoch = $2
        and d.epoch <= w.epoch
        and d.grant_time is not null
        and d.superseded_time is null
        and w.state in ('purging', 'purged')`,
    [workspaceId, epoch],
  );
}

/** Grants that a participant has yet to report on, oldest first. */
export function listOpenGrants(
  db: Queryable,
  participant: string,
  after: readonly string[],
  limit: number,
): Promise<DeletionRow[]> {
  return many<DeletionRow>(
    db,
    `select d.*
       from deletion d
       join deletion_participant p using (deletion_id)
      where d.state = 'purging'
        and p.participant = $1
        and p.report_time is null
        and (d.grant_time, d.deletion_id) > ($2::timestamptz, $3::uuid)
      order by d.grant_time, d.deletion_id
      limit $4`,
    [participant, ...after, limit],
  );
}
