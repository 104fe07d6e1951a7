import { execute, type Queryable } from '@lethe/postgres';

/**
 * Records an order: a hint, until the authority has been asked. One that nobody has acted on yet gives way to a higher epoch;
 * one that is under way is never touched.
 */
export async function recordOrder(
  tx: Queryable,
  order: { readonly organizationId: string; readonly realmId: string; readonly epoch: number },
): Promise<boolean> {
  const recorded = await execute(
    tx,
    `insert into purge (realm_id, organization_id, epoch, state)
     values ($1, $2, $3, 'ordered')
     on conflict (realm_id) do update
        set organization_id = excluded.organization_id, epoch = excluded.epoch
      where purge.state = 'ordered' and purge.epoch < excluded.epoch`,
    [order.realmId, order.organizationId, order.epoch],
  );
  return recorded === 1;
}
