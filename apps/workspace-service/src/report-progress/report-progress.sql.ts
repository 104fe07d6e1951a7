import { execute, type Queryable } from '@lethe/postgres';

/** What is measured or reckoned anew each time: no change of it is progress. */
const MEASURED = `'{blocksPerSecond,estimatedEndTime}'::text[]`;

export function upsertProgress(
  db: Queryable,
  deletionId: string,
  participant: string,
  progress: unknown,
  conditions: unknown[],
): Promise<number> {
  return execute(
    db,
    `insert into deletion_progress as said (deletion_id, participant, progress, conditions)
     values ($1, $2, $3, $4)
     on conflict (deletion_id, participant)
     do update set progress = excluded.progress, conditions = excluded.conditions, report_time = clock_timestamp(),
                   change_time = case when (said.progress - ${MEASURED}, said.conditions)
                                             is distinct from (excluded.progress - ${MEASURED}, excluded.conditions)
                                      then clock_timestamp()
                                      else said.change_time end`,
    [deletionId, participant, JSON.stringify(progress), JSON.stringify(conditions)],
  );
}
