import { execute, type Queryable } from '@lethe/postgres';

/** Answers false when this consumer has had the event before. */
export async function insertReceived(tx: Queryable, consumer: string, eventId: string): Promise<boolean> {
  const inserted = await execute(
    tx,
    `insert into inbox (consumer, event_id) values ($1, $2) on conflict do nothing`,
    [consumer, eventId],
  );
  return inserted === 1;
}

export function insertDeadLetter(
  db: Queryable,
  letter: {
    consumer: string;
    eventId: string;
    subject: string;
    payload: Uint8Array;
    reason: string;
    deliveries: number;
  },
): Promise<number> {
  return execute(
    db,
    `insert into dead_letter (consumer, event_id, subject, payload, reason, deliveries)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (consumer, event_id) do update set reason = excluded.reason, deliveries = excluded.deliveries`,
    [
      letter.consumer,
      letter.eventId,
      letter.subject,
      Buffer.from(letter.payload),
      letter.reason,
      letter.deliveries,
    ],
  );
}

/** Forgets received events that no stream holds any more. */
export function deleteReceived(db: Queryable, olderThanSeconds: number, limit: number): Promise<number> {
  return execute(
    db,
    `delete from inbox
      where (consumer, event_id) in (select consumer, event_id
                                       from inbox
                                      where receive_time < now() - make_interval(secs => $1)
                                      limit $2)`,
    [olderThanSeconds, limit],
  );
}
