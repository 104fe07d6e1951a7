import { execute, many, type Queryable } from '@lethe/postgres';

/** The channel that is notified when a transaction with events commits. */
export const OUTBOX_CHANNEL = 'outbox';

export interface OutboxRow {
  readonly event_id: string;
  readonly subject: string;
  readonly headers: Record<string, string>;
  readonly payload: Buffer;
}

export async function insertEvents(tx: Queryable, rows: readonly OutboxRow[]): Promise<void> {
  await execute(
    tx,
    `with appended as (
       insert into outbox (event_id, subject, headers, payload)
       select * from unnest($1::uuid[], $2::text[], $3::jsonb[], $4::bytea[])
     )
     select pg_notify($5, '')`,
    [
      rows.map((row) => row.event_id),
      rows.map((row) => row.subject),
      rows.map((row) => JSON.stringify(row.headers)),
      rows.map((row) => row.payload),
      OUTBOX_CHANNEL,
    ],
  );
}

/**
 * Leases unpublished events, roughly oldest first, and leaves those another relay has in hand. By flag, never by a cursor: an
 * id may commit after a higher one. A lease that was not settled runs out, and the event is published again.
 */
export function leaseUnpublished(db: Queryable, leaseSeconds: number, limit: number): Promise<OutboxRow[]> {
  return many<OutboxRow>(
    db,
    // materialized: picked once, so that a join never runs it again and takes more than the limit
    `with picked as materialized (
       select event_id
         from outbox
        where not published and (lease_time is null or lease_time < now())
        order by append_no
        limit $2
          for update skip locked
     )
     update outbox
        set lease_time = now() + make_interval(secs => $1)
      where event_id in (select event_id from picked)
     returning event_id, subject, headers, payload`,
    [leaseSeconds, limit],
  );
}

/**
 * Settles a lease: what JetStream stored is published, the rest is free to be taken again, unless another relay, after this
 * lease had run out, published it.
 */
export function settleLease(
  db: Queryable,
  published: readonly string[],
  failed: readonly string[],
): Promise<number> {
  return execute(
    db,
    `update outbox
        set published = published or event_id = any($1::uuid[]), lease_time = null
      where event_id = any($1::uuid[] || $2::uuid[])`,
    [published, failed],
  );
}

/** Forgets published events of an age at which no subscriber asks for them any more. */
export function deletePublished(db: Queryable, olderThanSeconds: number, limit: number): Promise<number> {
  return execute(
    db,
    `delete from outbox
      where event_id in (select event_id
                           from outbox
                          where published and append_time < now() - make_interval(secs => $1)
                          order by append_time
                          limit $2)`,
    [olderThanSeconds, limit],
  );
}
