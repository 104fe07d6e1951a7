import { execute, maybeOne, type Queryable } from '@lethe/postgres';

/**
 * Records evidence once, in the second form; to what was recorded in the first, the same without what only the second knows is the same.
 * Answers what stands now, or undefined when this participant is not required, or is required to count
 * blocks and did not, or when a replay took the deletion's place: the lock has it see each report, or none come behind it.
 */
export function recordEvidence(
  db: Queryable,
  deletionId: string,
  participant: string,
  evidence: unknown,
): Promise<{ same: boolean } | undefined> {
  return maybeOne<{ same: boolean }>(
    db,
    `with standing as (
       select deletion_id from deletion where deletion_id = $1 and superseded_time is null for share
     )
     update deletion_participant
        set evidence = coalesce(evidence, $3::jsonb), report_time = coalesce(report_time, clock_timestamp()),
            report_form = case when evidence is null then 2 else report_form end
      where deletion_id in (select deletion_id from standing) and participant = $2 and ($3::jsonb ? 'blocks' or not gives_block_evidence)
     returning evidence = $3::jsonb
               or report_form = 1 and evidence = $3::jsonb #- '{blocks,byStore}' #- '{blocks,bytesTotal}' as same`,
    [deletionId, participant, JSON.stringify(evidence)],
  );
}

export async function isRequired(db: Queryable, deletionId: string, participant: string): Promise<boolean> {
  const required = await execute(
    db,
    `select from deletion_participant join deletion using (deletion_id)
      where deletion_id = $1 and participant = $2 and superseded_time is null`,
    [deletionId, participant],
  );
  return required === 1;
}
