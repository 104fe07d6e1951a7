import { many, type Queryable } from '@lethe/postgres';
import type { SweepEnd } from './end.sql.js';
import type { LedgerRow } from './ledger.sql.js';

export type EarlierPage = Pick<
  LedgerRow,
  'epoch' | 'page_no' | 'organization_id' | 'state' | 'swept' | 'outcomes'
> & {
  /** The same rows were verified since. */
  readonly covered: boolean;
};

/**
 * Pages of a realm that an end does not speak of itself: of older epochs that were never reported, and of its own epoch beyond what was
 * released, from before the realm was cut anew. Covered is one whose very rows a later page has that is verified: of a later epoch or,
 * beyond what was released, of its own. Of these only those that said that something stays: the rest is settled. In order, behind
 * the one before.
 */
export function listEarlierPages(
  db: Queryable,
  { realm_id, epoch, pages }: SweepEnd,
  [afterEpoch, afterPage]: readonly [number, number],
  limit: number,
): Promise<EarlierPage[]> {
  return many<EarlierPage>(
    db,
    `with earlier as (
       select page.*,
              exists (select from swept_page later
                       where later.realm_id = page.realm_id
                         and (later.epoch > page.epoch and later.epoch < $2 or later.epoch = $2 and later.page_no < $3)
                         and later.state = 'verified'
                         and later.rows = page.rows
                         and later.row_digest = page.row_digest) as covered
         from swept_page page
        where page.realm_id = $1
          and (page.epoch < $2 or page.epoch = $2 and page.page_no >= $3)
          and (page.epoch, page.page_no) > ($4::bigint, $5::bigint)
          and not exists (select from sweep_report report
                           where report.realm_id = page.realm_id
                             and report.epoch = page.epoch
                             and report.epoch < $2
                             and report.report_time is not null)
     )
     select epoch, page_no, organization_id, state, swept, outcomes, covered
       from earlier
      where not covered or jsonb_path_exists(outcomes, '$[*].remains')
      order by epoch, page_no
      limit $6`,
    [realm_id, epoch, pages, afterEpoch, afterPage, limit],
  );
}

/**
 * Pages that a sweep of an older epoch had when it ended, and of which the ledger has nothing. It was never reported, and this end has fewer
 * pages: those that are lost may not be among them. With as many pages it is about the realm as a whole once more, and the authority
 * knows how many blocks that has to be. By epoch.
 */
export function listLostPages(
  db: Queryable,
  { realm_id, epoch, pages }: SweepEnd,
): Promise<{ epoch: number; lost: number }[]> {
  return many<{ epoch: number; lost: number }>(
    db,
    `select ended.epoch,
            (ended.pages - (select count(*)
                              from swept_page page
                             where page.realm_id = ended.realm_id
                               and page.epoch = ended.epoch
                               and page.page_no < ended.pages))::float8 as lost
       from sweep_report ended
      where ended.realm_id = $1
        and ended.epoch < $2
        and ended.pages > $3
        and ended.report_time is null
      order by ended.epoch`,
    [realm_id, epoch, pages],
  );
}
