import { execute, maybeOne, type Queryable } from '@lethe/postgres';

export interface KeptAnswerRow {
  readonly request: string;
  readonly answer: unknown;
}

/** Makes requests of one user with one Idempotency-Key come one after the other, until this transaction ends. */
export async function lockIdempotencyKey(tx: Queryable, userId: string, key: string): Promise<void> {
  await execute(tx, `select pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0))`, [userId, key]);
}

/** What a user of the organization asked of a workspace of it. */
export function findKeptAnswer(
  tx: Queryable,
  organizationId: string,
  userId: string,
  key: string,
): Promise<KeptAnswerRow | undefined> {
  return maybeOne<KeptAnswerRow>(
    tx,
    `select request, answer
       from kept_answer
       join workspace using (workspace_id)
      where organization_id = $1 and user_id = $2 and idempotency_key = $3`,
    [organizationId, userId, key],
  );
}

/** False: another request has taken the key meanwhile. */
export async function keepAnswer(
  tx: Queryable,
  it: {
    readonly userId: string;
    readonly key: string;
    readonly request: string;
    readonly workspaceId: string;
    readonly answer: unknown;
  },
): Promise<boolean> {
  const kept = await execute(
    tx,
    `insert into kept_answer (user_id, idempotency_key, request, workspace_id, answer)
     values ($1, $2, $3, $4, $5)
     on conflict do nothing`,
    [it.userId, it.key, it.request, it.workspaceId, JSON.stringify(it.answer)],
  );
  return kept === 1;
}

export function forgetAnswers(db: Queryable, olderThanSeconds: number, limit: number): Promise<number> {
  return execute(
    db,
    `delete from kept_answer
      where (user_id, idempotency_key) in (select user_id, idempotency_key
                                             from kept_answer
                                            where answer_time < now() - make_interval(secs => $1)
                                            order by answer_time
                                            limit $2)`,
    [olderThanSeconds, limit],
  );
}
