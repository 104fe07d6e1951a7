import { execute, many, type Queryable } from '@lethe/postgres';

/** For tests: a purge that is releasing, beside many that wait. */
export async function addPurges(db: Queryable, realmId: string, others: number): Promise<void> {
  await execute(
    db,
    `insert into purge (realm_id, organization_id, epoch, state, fence_time, shred_time, count_time, next_step_time)
     select case when n = 0 then $1 else gen_random_uuid() end, 'org1', 1, 'releasing', now(), now(), now(),
            now() + make_interval(secs => n - 10)
       from generate_series(0, $2::int) n`,
    [realmId, others],
  );
}

/** Settled pages, and twenty that are on their way. */
export async function addSettledPages(db: Queryable, realmId: string, settled: number): Promise<void> {
  await execute(
    db,
    `insert into page (realm_id, page_no, first_block, last_block, rows, swept, row_digest, state, in_flight,
                       release_time, releases, settle_time)
     select $1, n, gen_random_uuid(), 'ffffffff-ffff-ffff-ffff-ffffffffffff', 1, 1, sha256('x'),
            case when n < $2 then 'settled' else 'released' end, n >= $2, now(), 1,
            case when n < $2 then now() end
       from generate_series(0, $2::int + 19) n`,
    [realmId, settled],
  );
}

export async function analyze(db: Queryable): Promise<void> {
  await execute(db, 'vacuum analyze');
}

export interface FlyingPage {
  readonly page_no: number;
  readonly swept: number;
  readonly row_digest: Buffer;
}

/** Pages on their way to a sweeper. */
export function inFlightOf(db: Queryable, realmId: string): Promise<FlyingPage[]> {
  return many<FlyingPage>(
    db,
    `select page_no, swept, row_digest from page where realm_id = $1 and in_flight order by page_no`,
    [realmId],
  );
}

export function deadLettersOf(db: Queryable): Promise<{ reason: string }[]> {
  return many(db, `select reason from dead_letter where subject like '%purge_started'`);
}
