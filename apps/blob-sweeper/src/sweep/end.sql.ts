import { execute, many, one, type Queryable } from '@lethe/postgres';

/**
 * From here on the ledger of this realm is final. One that the authority still waits for is to be reported, even if it was
 * before, or was over: an authority that was set back has forgotten it, or grants it again. Answers 1 when that is new.
 */
export function recordEnd(db: Queryable, realmId: string, epoch: number, pages: number): Promise<number> {
  return execute(
    db,
    `insert into sweep_report (realm_id, epoch, pages)
     values ($1, $2, $3)
     on conflict (realm_id, epoch) do update
        set report_time = null, over_time = null
      where sweep_report.report_time is not null or sweep_report.over_time is not null`,
    [realmId, epoch, pages],
  );
}

export async function findEnd(db: Queryable, realmId: string, epoch: number): Promise<boolean> {
  const { ended } = await one<{ ended: boolean }>(
    db,
    `select exists (select from sweep_report where realm_id = $1 and epoch = $2) as ended`,
    [realmId, epoch],
  );
  return ended;
}

export interface SweepEnd {
  readonly realm_id: string;
  readonly epoch: number;
  readonly pages: number;
}

/** Ends that are to be reported still, in key order behind the one before. */
export function listUnreported(
  db: Queryable,
  [realmId, epoch]: readonly [string, number],
  limit: number,
): Promise<SweepEnd[]> {
  return many<SweepEnd>(
    db,
    `select realm_id, epoch, pages
       from sweep_report
      where report_time is null
        and over_time is null
        and (realm_id, epoch) > ($1::uuid, $2::bigint)
      order by realm_id, epoch
      limit $3`,
    [realmId, epoch, limit],
  );
}

export function markReported(db: Queryable, { realm_id, epoch }: SweepEnd): Promise<number> {
  return execute(
    db,
    `update sweep_report
        set report_time = clock_timestamp()
      where realm_id = $1 and epoch = $2 and report_time is null and over_time is null`,
    [realm_id, epoch],
  );
}

/** Nobody waits for a report of it: the authority has no such grant, for a replay took its place. It was not reported, and stays so. */
export function markOver(db: Queryable, { realm_id, epoch }: SweepEnd): Promise<number> {
  return execute(
    db,
    `update sweep_report
        set over_time = clock_timestamp()
      where realm_id = $1 and epoch = $2 and report_time is null and over_time is null`,
    [realm_id, epoch],
  );
}
