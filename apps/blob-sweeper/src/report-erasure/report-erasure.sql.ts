import { execute, type Queryable } from '@lethe/postgres';

export function markReported(db: Queryable, realmId: string, epoch: number, pages: number): Promise<number> {
  return execute(
    db,
    `insert into sweep_report (realm_id, epoch, pages) values ($1, $2, $3) on conflict do nothing`,
    [realmId, epoch, pages],
  );
}
