import { maybeOne, type Queryable } from '@lethe/postgres';

/**
 * A dead letter is pending again, from its first attempt on; one of a disabled webhook stays. Answers what it was before, or undefined
 * where there is none. The webhook is locked too, so that who disables it comes before and is seen, or after and finds this pending.
 */
export function reviveDelivery(
  tx: Queryable,
  deliveryId: string,
): Promise<{ state: 'pending' | 'delivered' | 'dead'; disabled: boolean } | undefined> {
  return maybeOne(
    tx,
    `with found as (
       select d.delivery_id, d.state, w.disable_time is not null as disabled
         from delivery d
         join webhook w using (webhook_id)
        where d.delivery_id = $1
          for update of d
          for key share of w
     ), revived as (
       update delivery d
          set give_up_time = null, attempts = 0, next_attempt_time = clock_timestamp()
         from found
        where d.delivery_id = found.delivery_id and found.state = 'dead' and not found.disabled
     )
     select state, disabled from found`,
    [deliveryId],
  );
}
