import { execute, many, type Queryable } from '@lethe/postgres';

/** Those of which fewer orders were followed than were given. In key order, so that two replicas never wait for each other in a ring. */
export async function recordRetries(
  tx: Queryable,
  grants: readonly { readonly workspaceId: string; readonly epoch: number; readonly retries: number }[],
): Promise<string[]> {
  const retried = await many<{ realm_id: string }>(
    tx,
    `with ordered as (
       select purge.realm_id, shown.retries
         from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as shown (realm_id, epoch, retries)
         join purge using (realm_id, epoch)
        where purge.retries < shown.retries
        order by purge.realm_id
          for update of purge
     )
     update purge
        set retries = greatest(purge.retries, ordered.retries), attention = null,
            failures = 0, failure = null, fail_time = null, next_step_time = clock_timestamp()
       from ordered
      where purge.realm_id = ordered.realm_id
     returning purge.realm_id`,
    [
      grants.map((grant) => grant.workspaceId),
      grants.map((grant) => grant.epoch),
      grants.map((grant) => grant.retries),
    ],
  );
  return retried.map((row) => row.realm_id);
}

/** What is lost or blocked, until whenever, is given to the queue again as soon as there is room; its condition stays until a receipt. */
export function makePagesDue(tx: Queryable, realmIds: readonly string[]): Promise<number> {
  return execute(
    tx,
    `update page
        set release_time = null, in_flight = false, releases = 0
      where realm_id = any($1::uuid[]) and state = 'released'`,
    [realmIds],
  );
}
