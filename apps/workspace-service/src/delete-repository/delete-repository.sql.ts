import { execute, type Queryable } from '@lethe/postgres';

/** Softly. */
export function deleteRepository(tx: Queryable, repositoryId: string): Promise<number> {
  return execute(
    tx,
    `update repository set delete_time = clock_timestamp() where repository_id = $1 and delete_time is null`,
    [repositoryId],
  );
}
