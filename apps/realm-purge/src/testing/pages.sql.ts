import { execute, many, one, type Queryable } from '@lethe/postgres';

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

/** Settled pages of all other purges, as a database has them after a while. */
export async function addPagesOfOthers(db: Queryable, realmId: string, each: number): Promise<void> {
  await execute(
    db,
    `insert into page (realm_id, page_no, first_block, last_block, rows, swept, row_digest, state, in_flight,
                       release_time, releases, settle_time)
     select realm_id, n, gen_random_uuid(), 'ffffffff-ffff-ffff-ffff-ffffffffffff', 1, 1, sha256('x'), 'settled', false,
            now(), 1, now()
       from purge, generate_series(0, $2::int - 1) n
      where realm_id <> $1`,
    [realmId, each],
  );
}

export async function analyze(db: Queryable): Promise<void> {
  await execute(db, 'vacuum analyze');
}

export interface FlyingPage {
  readonly page_no: number;
  readonly cut: number;
  readonly swept: number;
  readonly row_digest: Buffer;
}

/** Pages on their way to a sweeper. */
export function inFlightOf(db: Queryable, realmId: string): Promise<FlyingPage[]> {
  return many<FlyingPage>(
    db,
    `select page_no, cut, swept, row_digest from page where realm_id = $1 and in_flight order by page_no`,
    [realmId],
  );
}

export function deadLettersOf(db: Queryable): Promise<{ reason: string }[]> {
  return many(db, `select reason from dead_letter where subject like '%purge_started'`);
}

/** Purges that are about to release their blocks, by organization. */
export function addReleasing(
  db: Queryable,
  organizationIds: readonly string[],
  each: number,
  blocks: number,
): Promise<{ realm_id: string; organization_id: string }[]> {
  return many(
    db,
    `with realms as (
       insert into realm (realm_id, organization_id, state)
       select gen_random_uuid(), organization_id, 'fenced' from unnest($1::text[]) organization_id, generate_series(1, $2::int)
       returning realm_id, organization_id
     ), filled as (
       insert into block select realm_id, gen_random_uuid(), 10 from realms, generate_series(1, $3::int)
     )
     insert into purge (realm_id, organization_id, epoch, state, fence_time, shred_time, count_time, blocks_total)
     select realm_id, organization_id, 1, 'releasing', now(), now(), now(), $3 from realms
     returning realm_id, organization_id`,
    [organizationIds, each, blocks],
  );
}

export interface InFlight {
  readonly pages: number;
  readonly purges: number;
  readonly organizations: number;
}

export function countInFlight(db: Queryable): Promise<InFlight> {
  return one<InFlight>(
    db,
    `select count(*) as pages, count(distinct realm_id) as purges, count(distinct organization_id) as organizations
       from page
       join purge using (realm_id)
      where in_flight`,
  );
}

/** As if this much time had gone by since anything was released; and everybody looks again. */
export async function letPassForAll(db: Queryable, seconds: number): Promise<void> {
  await execute(db, `update page set release_time = release_time - make_interval(secs => $1)`, [seconds]);
  await execute(db, `update purge set next_step_time = clock_timestamp() where report_time is null`);
}

export async function countOpen(db: Queryable): Promise<number> {
  const { open } = await one<{ open: number }>(
    db,
    `select count(*) as open from purge where report_time is null`,
  );
  return open;
}
