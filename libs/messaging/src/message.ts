import type { JsMsg } from '@nats-io/jetstream';

/** A delivered message, as much of it as a handler needs. */
export interface Received {
  readonly subject: string;
  /** The CloudEvents id; of a foreign message without one, its place in the stream. */
  readonly eventId: string;
  readonly data: Uint8Array;
  /** 1 for the first delivery. */
  readonly deliveries: number;
  /** Says that work is still going on: starts the ack wait anew. */
  working(): void;
}

/** What becomes of a message: there is no fourth way, and none that drops it silently. */
export type Decision =
  | { readonly kind: 'done' }
  /** Delivered again, not before the delay. */
  | { readonly kind: 'retry'; readonly delayMs: number; readonly reason: string }
  /** Can never succeed: kept as a dead letter, never delivered again. */
  | { readonly kind: 'reject'; readonly reason: string };

export const DONE: Decision = { kind: 'done' };
export const retry = (delayMs: number, reason: string): Decision => ({ kind: 'retry', delayMs, reason });
export const reject = (reason: string): Decision => ({ kind: 'reject', reason });

/** Printable, and short enough for a key. What a foreign sender calls an id need not be one. */
const EVENT_ID = /^[^\p{Cc}]{1,128}$/u;

export function receivedOf(message: JsMsg): Received {
  const { stream, streamSequence, deliveryCount } = message.info;
  const id = message.headers?.get('ce-id');
  return {
    subject: message.subject,
    eventId: id !== undefined && EVENT_ID.test(id) ? id : `${stream}/${streamSequence}`,
    data: message.data,
    deliveries: deliveryCount,
    working: () => {
      message.working();
    },
  };
}
