import type { EncodedEvent } from '@lethe/contracts';
import type { Queryable } from '@lethe/postgres';
import { insertEvents } from './outbox.sql.js';

/** Appends events in the transaction of what they speak of: both happen, or neither. */
export async function appendEvents(tx: Queryable, ...events: EncodedEvent[]): Promise<void> {
  if (events.length === 0) return;
  await insertEvents(
    tx,
    events.map(({ eventId, subject, headers, payload }) => ({
      event_id: eventId,
      subject,
      headers: { ...headers },
      payload,
    })),
  );
}
