import { execute, type Queryable } from '@lethe/postgres';

export function upsertProgress(
  db: Queryable,
  deletionId: string,
  participant: string,
  progress: unknown,
  conditions: unknown[],
): Promise<number> {
  return execute(
    db,
    `insert into deletion_progress (deletion_id, participant, progress, conditions)
     values ($1, $2, $3, $4)
     on conflict (deletion_id, participant)
     do update set progress = excluded.progress, conditions = excluded.conditions, report_time = clock_timestamp()`,
    [deletionId, participant, JSON.stringify(progress), JSON.stringify(conditions)],
  );
}
