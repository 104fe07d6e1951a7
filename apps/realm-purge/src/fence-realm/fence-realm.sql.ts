import { execute, type Queryable } from '@lethe/postgres';

/** The organization is the grant's from here on; what the hint said counts for nothing. */
export function moveToFenced(tx: Queryable, realmId: string, organizationId: string): Promise<number> {
  return execute(
    tx,
    `update purge
        set state = 'fenced', fence_time = clock_timestamp(), organization_id = $2
      where realm_id = $1 and state = 'ordered'`,
    [realmId, organizationId],
  );
}

/** An order that no grant stands behind leaves no trace. */
export function dropOrder(tx: Queryable, realmId: string, epoch: number): Promise<number> {
  return execute(tx, `delete from purge where realm_id = $1 and epoch = $2 and state = 'ordered'`, [
    realmId,
    epoch,
  ]);
}
