import { execute, one, type Queryable } from '@lethe/postgres';

/**
 * Fences the realm; one that never had data gets its tombstone's place, so that none can be created any more. Answers the
 * organization it belongs to.
 */
export function fence(
  tx: Queryable,
  realmId: string,
  organizationId: string,
): Promise<{ organization_id: string }> {
  return one<{ organization_id: string }>(
    tx,
    `insert into realm (realm_id, organization_id, state)
     values ($1, $2, 'fenced')
     on conflict (realm_id) do update
        set state = case when realm.state = 'active' and realm.organization_id = excluded.organization_id
                         then 'fenced' else realm.state end
     returning organization_id`,
    [realmId, organizationId],
  );
}

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
