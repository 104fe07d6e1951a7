import { execute, one, type Queryable } from '@lethe/postgres';

/** Any number: these locks stay apart from others of this database. */
const TELLING_SEED = 7_720_113;

/** Until the transaction ends, nobody else tells of an outage for this purge. */
export async function lockTelling(tx: Queryable, realmId: string): Promise<void> {
  await execute(tx, `select pg_advisory_xact_lock(hashtextextended($1, ${TELLING_SEED}))`, [realmId]);
}

/** Whether a page of the sweep is blocked for a reason that begins like this. */
export async function isBlockedBy(
  db: Queryable,
  realmId: string,
  epoch: number,
  begin: string,
): Promise<boolean> {
  const { blocked } = await one<{ blocked: boolean }>(
    db,
    `select exists (select
                      from swept_page
                     where realm_id = $1 and epoch = $2 and state = 'blocked' and starts_with(reason, $3)) as blocked`,
    [realmId, epoch, begin],
  );
  return blocked;
}
