import { many, type Queryable } from '@lethe/postgres';

/** For tests: which of these ids an active realm refers to. */
export async function livingOf(db: Queryable, blockIds: readonly string[]): Promise<string[]> {
  const rows = await many<{ block_id: string }>(
    db,
    `select distinct block_id
       from block
       join realm using (realm_id)
      where block_id = any($1::uuid[]) and realm.state = 'active'
      order by block_id`,
    [blockIds],
  );
  return rows.map((row) => row.block_id);
}

/** The payload of the event with which a purge ended. */
export async function endOf(db: Queryable, realmId: string): Promise<Buffer[]> {
  const rows = await many<{ payload: Buffer }>(
    db,
    `select payload from outbox where headers ->> 'ce-subject' = $1 and headers ->> 'ce-type' = 'realm.purged'`,
    [realmId],
  );
  return rows.map((row) => row.payload);
}
