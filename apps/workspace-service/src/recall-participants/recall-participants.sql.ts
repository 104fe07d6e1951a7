import { many, type Queryable } from '@lethe/postgres';

/** The participants that open grants wait for, whether they are required of new ones or not. */
export async function listAwaited(db: Queryable): Promise<string[]> {
  const rows = await many<{ participant: string }>(
    db,
    `select distinct p.participant
       from deletion d
       join deletion_participant p using (deletion_id)
      where d.state = 'purging' and p.report_time is null`,
  );
  return rows.map(({ participant }) => participant);
}
