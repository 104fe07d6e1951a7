import { reject, type Decision, type Received } from '@lethe/messaging';
import type { Pool } from '@lethe/postgres';
import type { Metrics } from '@lethe/telemetry';
import { insertDeadLetter } from './inbox.sql.js';

export interface DeadLetters {
  readonly pool: Pool;
  readonly metrics: Metrics;
  readonly consumer: string;
}

/** What PostgreSQL's text cannot hold, and no reader could see. A JSON parser's complaint quotes the bytes it choked on. */
const CONTROL = /\p{Cc}/gu;
const MAX_REASON = 1_000;

/** Keeps a message that can never succeed, raises the alarm, and only then lets the broker forget it. */
export async function deadLetter(
  { pool, metrics, consumer }: DeadLetters,
  message: Received,
  reason: string,
): Promise<Decision> {
  await insertDeadLetter(pool, {
    consumer,
    eventId: message.eventId,
    subject: message.subject,
    payload: message.data,
    reason: reason.replace(CONTROL, '\u{FFFD}').slice(0, MAX_REASON),
    deliveries: message.deliveries,
  });
  metrics.alarms.inc({ alarm: 'dead_letter' });
  return reject(reason);
}
