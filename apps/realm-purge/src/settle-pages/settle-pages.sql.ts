import { execute, maybeOne, one, type Queryable } from '@lethe/postgres';

export interface ReleasedPage {
  readonly organization_id: string;
  readonly first_block: string;
  readonly last_block: string;
  readonly rows: number;
  readonly swept: number;
  readonly row_digest: Buffer;
  readonly blocked_left: number | null;
}

/** A page that still waits for its receipt, locked; none while a person has to look at the purge. */
export function lockReleasedPage(
  tx: Queryable,
  realmId: string,
  epoch: number,
  pageNo: number,
): Promise<ReleasedPage | undefined> {
  return maybeOne<ReleasedPage>(
    tx,
    `select purge.organization_id, page.first_block, page.last_block, page.rows, page.swept, page.row_digest, page.blocked_left
       from page
       join purge using (realm_id)
      where page.realm_id = $1
        and purge.epoch = $2
        and page.page_no = $3
        and page.state = 'released'
        and purge.attention is null
        for update of page`,
    [realmId, epoch, pageNo],
  );
}

export interface Noted {
  readonly time: Date;
  readonly no_other_blocked: boolean;
}
const NO_OTHER_BLOCKED = `not exists (select from page other
                                      where other.realm_id = $1 and other.page_no <> $2
                                        and other.state = 'released' and other.blocked_left is not null)`;

export function settlePage(tx: Queryable, realmId: string, pageNo: number): Promise<Noted> {
  return one<Noted>(
    tx,
    `update page
        set state = 'settled', settle_time = clock_timestamp(),
            in_flight = false, blocked_left = null, blocked_reason = null, blocked_until = null
      where realm_id = $1 and page_no = $2
     returning settle_time as time, ${NO_OTHER_BLOCKED} as no_other_blocked`,
    [realmId, pageNo],
  );
}

/** To be released again at once, with the rows that are there now. */
export function releaseAgain(tx: Queryable, realmId: string, pageNo: number): Promise<number> {
  return execute(
    tx,
    `update page
        set release_time = null, in_flight = false, blocked_left = null, blocked_reason = null, blocked_until = null
      where realm_id = $1 and page_no = $2`,
    [realmId, pageNo],
  );
}

export function blockPage(
  tx: Queryable,
  realmId: string,
  pageNo: number,
  blocked: { left: number; reason: string; until: Date | null },
): Promise<Noted> {
  return one<Noted>(
    tx,
    `update page
        set in_flight = false, blocked_left = $3, blocked_reason = $4, blocked_until = $5
      where realm_id = $1 and page_no = $2
     returning clock_timestamp() as time, ${NO_OTHER_BLOCKED} as no_other_blocked`,
    [realmId, pageNo, blocked.left, blocked.reason, blocked.until],
  );
}

/** Rings the purge's own doorbell: there is room in the window. A step that is under way did not see it, and will be made again. */
export function stepSoon(db: Queryable, realmId: string): Promise<number> {
  return execute(
    db,
    `update purge set next_step_time = clock_timestamp() where realm_id = $1 and report_time is null`,
    [realmId],
  );
}
