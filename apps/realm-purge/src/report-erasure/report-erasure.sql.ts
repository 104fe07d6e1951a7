import { execute, many, type Queryable } from '@lethe/postgres';

export interface SettledPageRow {
  readonly page_no: number;
  readonly rows: number;
  readonly swept: number;
  readonly row_digest: Buffer;
}

/** Settled pages in page order, behind the one before. */
export function listSettledPages(
  db: Queryable,
  realmId: string,
  after: number,
  limit: number,
): Promise<SettledPageRow[]> {
  return many<SettledPageRow>(
    db,
    `select page_no, rows, swept, row_digest
       from page
      where realm_id = $1 and page_no > $2 and state = 'settled'
      order by page_no
      limit $3`,
    [realmId, after, limit],
  );
}

export function markReported(db: Queryable, realmId: string): Promise<number> {
  return execute(
    db,
    `update purge set report_time = clock_timestamp() where realm_id = $1 and state = 'closed' and report_time is null`,
    [realmId],
  );
}
