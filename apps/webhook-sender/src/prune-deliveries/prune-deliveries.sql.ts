import { execute, type Queryable } from '@lethe/postgres';

export function deleteOver(db: Queryable, olderThanSeconds: number, limit: number): Promise<number> {
  return execute(
    db,
    `delete from delivery
      where delivery_id in (select delivery_id
                              from delivery
                             where state <> 'pending'
                               and coalesce(deliver_time, give_up_time) < now() - make_interval(secs => $1)
                             order by coalesce(deliver_time, give_up_time)
                             limit $2
                               for update skip locked)`,
    [olderThanSeconds, limit],
  );
}
