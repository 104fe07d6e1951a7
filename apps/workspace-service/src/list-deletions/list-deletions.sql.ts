import { many, type Queryable } from '@lethe/postgres';
import type { DeletionRow } from '../deletion/deletion.sql.js';

export interface ListedDeletionRow extends DeletionRow {
  /** When it began: a planned one with the deletion, an orphan's and a replay with the grant. */
  readonly begin_time: Date;
  readonly certificate_id: string | null;
}

/** Behind which deletion a page begins; `all`: goes on with the organizations behind this one. */
export interface DeletionsAfter {
  readonly organizationId: string;
  readonly beginTime: string;
  readonly deletionId: string;
  readonly all: boolean;
}

const BEGIN = 'coalesce(case when d.replay_of is null then d.delete_time end, d.grant_time)';
const ORDER = `${BEGIN} desc, d.deletion_id desc`;

/**
 * By organization, newest first within each. What is left of the organization and what stands behind it are two walks of the same
 * index: an "or" of the two would walk it from its beginning.
 */
export function listDeletions(
  db: Queryable,
  after: DeletionsAfter,
  state: DeletionRow['state'] | undefined,
  limit: number,
): Promise<ListedDeletionRow[]> {
  const ofState = state === undefined ? '$6::text is null' : 'd.state = $6';
  return many<ListedDeletionRow>(
    db,
    `with left_of_organization as (
       select d.*, ${BEGIN} as begin_time
         from deletion d
        where d.organization_id = $1
          and (${BEGIN}, d.deletion_id) < ($2::timestamptz, $3::uuid)
          and ${ofState}
        order by ${ORDER}
        limit $5
     ), of_those_behind as (
       select d.*, ${BEGIN} as begin_time
         from deletion d
        where $4
          and d.organization_id > $1
          and ${ofState}
        order by d.organization_id, ${ORDER}
        limit $5
     )
     select d.*, c.certificate_id
       from (select * from left_of_organization union all select * from of_those_behind) d
       left join certificate c using (deletion_id)
      order by d.organization_id, d.begin_time desc, d.deletion_id desc
      limit $5`,
    [after.organizationId, after.beginTime, after.deletionId, after.all, limit, state ?? null],
  );
}
