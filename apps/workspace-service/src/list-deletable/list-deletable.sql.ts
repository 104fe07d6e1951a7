import { many, type Queryable } from '@lethe/postgres';
import { orphanedSince } from '../orphan/orphan.sql.js';

export interface CandidateRow {
  readonly organization_id: string;
  readonly workspace_id: string;
  readonly kind: 'deletion_planned' | 'orphaned';
  readonly since: Date;
  readonly epoch: number;
}

/**
 * What the grant would let through now, both kinds, in key order behind `after`. A workspace is at most one of them: deleted or
 * active. Each kind is walked along its index and stops at the limit, so that pages do not begin from the start again.
 */
export function listCandidates(
  db: Queryable,
  organizationId: string,
  after: readonly string[],
  limit: number,
): Promise<CandidateRow[]> {
  return many<CandidateRow>(
    db,
    `with planned as (
       select d.organization_id, d.workspace_id, d.kind, d.purge_time as since, d.epoch
         from deletion d
        where d.state = 'scheduled'
          and d.purge_time <= now()
          and ($1 = '' or d.organization_id = $1)
          and (d.organization_id, d.workspace_id) > ($2, $3::uuid)
          and not exists (select from hold h where h.workspace_id = d.workspace_id and h.release_time is null)
        order by d.organization_id, d.workspace_id
        limit $4
     ), orphaned as (
       select w.organization_id, w.workspace_id, 'orphaned' as kind, orphan.since, w.epoch
         from workspace w
         join deletion_policy policy using (organization_id)
        cross join lateral (${orphanedSince('w.workspace_id')}) orphan
        where w.state = 'active'
          and not policy.sequestered
          and orphan.since + make_interval(secs => policy.orphan_delay_seconds) <= now()
          and ($1 = '' or w.organization_id = $1)
          and (w.organization_id, w.workspace_id) > ($2, $3::uuid)
          and not exists (select from hold h where h.workspace_id = w.workspace_id and h.release_time is null)
        order by w.organization_id, w.workspace_id
        limit $4
     )
     select * from planned
     union all
     select * from orphaned
     order by organization_id, workspace_id
     limit $4`,
    [organizationId, ...after, limit],
  );
}
