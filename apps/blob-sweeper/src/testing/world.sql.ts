import { execute, many, type Queryable } from '@lethe/postgres';

export const listReceipts = (db: Queryable): Promise<{ payload: Buffer }[]> =>
  many(db, `select payload from outbox order by append_no`);

export const listDeadLetters = (db: Queryable): Promise<{ reason: string }[]> =>
  many(db, `select reason from dead_letter order by time`);

export const clearAll = (db: Queryable): Promise<number> =>
  execute(db, `truncate swept_page, sweep_report, outbox, dead_letter, store, store_retirement`);

/** As a crash between the deletion and the ledger: every record of a page fails until `mendLedger`. */
export const breakLedger = (db: Queryable): Promise<number> =>
  execute(db, `alter table swept_page add constraint broken check (false) not valid`);
export const mendLedger = (db: Queryable): Promise<number> =>
  execute(db, `alter table swept_page drop constraint broken`);

/** As the death of a process: its sessions end, and with them what they locked. */
export const endSessions = (db: Queryable, application: string): Promise<number> =>
  execute(db, `select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1`, [
    application,
  ]);

/** As a crash between the report and the note of it. */
export const forgetReports = (db: Queryable): Promise<number> =>
  execute(db, `update sweep_report set report_time = null`);

export const blockedSince = (db: Queryable, realmId: string, pageNo: number, time: Date): Promise<number> =>
  execute(db, `update swept_page set block_time = $3 where realm_id = $1 and page_no = $2`, [
    realmId,
    pageNo,
    time,
  ]);

/** As an operator retires all of them: suites share a database, and each test has stores of its own. */
export const forgetStores = (db: Queryable): Promise<number> => execute(db, `truncate store`);

export const retire = (db: Queryable, storeId: string, organizationId = ''): Promise<number> =>
  execute(
    db,
    `update store set retire_time = now(), retired_by = 'operator-1', retire_reason = 'emptied'
      where store_id = $1 and organization_id = $2`,
    [storeId, organizationId],
  );
