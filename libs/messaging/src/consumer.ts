import type { Component } from '@lethe/service';
import type { Logger, Metrics } from '@lethe/telemetry';
import { AckPolicy, DeliverPolicy, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Messaging } from './messaging.js';
import { receivedOf, retry, type Decision, type Received } from './message.js';

export interface ConsumerOptions {
  readonly messaging: Messaging;
  readonly stream: string;
  /** Replicas that share the name share the messages. */
  readonly durable: string;
  readonly subjects: readonly string[];
  /** A message whose decision takes longer (and is not `working`) is delivered again, perhaps elsewhere. */
  readonly ackWaitMs: number;
  /** Messages in hand at once. */
  readonly concurrency: number;
  readonly handle: (message: Received) => Promise<Decision>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const RESUME_MS = 500;
const RETRY_FAILED_MS = 1_000;

/** Pulls from a durable consumer and settles each message as decided. A lost server, stream or consumer costs time only. */
export function createConsumer(options: ConsumerOptions): Component {
  const { messaging, stream, durable, concurrency, logger, metrics } = options;
  const stopped = new AbortController();
  const inHand = new Set<Promise<void>>();
  let messages: ConsumerMessages | undefined;
  let running: Promise<void> | undefined;
  let endReset: () => void = () => undefined;

  async function open(): Promise<ConsumerMessages> {
    const { js, jsm } = await messaging.session(stopped.signal);
    await jsm.consumers.add(stream, {
      durable_name: durable,
      filter_subjects: [...options.subjects],
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(options.ackWaitMs),
      max_ack_pending: 10_000,
    });
    const consumer = await js.consumers.get(stream, durable);
    return consumer.consume({
      max_messages: concurrency,
      abort_on_missing_resource: true,
      idle_heartbeat: 5_000,
    });
  }

  async function go(): Promise<void> {
    while (!stopped.signal.aborted) {
      try {
        messages = await open();
        for await (const message of messages) {
          take(message);
          if (inHand.size >= concurrency) await Promise.race(inHand);
        }
      } catch (error) {
        if (!stopped.signal.aborted)
          logger.warn({ err: error, consumer: durable }, 'consumer broke, opens again');
      }
      if (!stopped.signal.aborted) await new Promise((resolve) => setTimeout(resolve, RESUME_MS));
    }
  }

  function take(message: JsMsg): void {
    const work = settle(message).finally(() => inHand.delete(work));
    inHand.add(work);
  }

  async function settle(message: JsMsg): Promise<void> {
    const decision = await options.handle(receivedOf(message)).catch((error: unknown): Decision => {
      logger.warn(
        { err: error, consumer: durable, subject: message.subject },
        'handling failed, comes again',
      );
      return retry(RETRY_FAILED_MS * Math.min(30, 2 ** (message.info.deliveryCount - 1)), 'failed');
    });
    metrics.messages.inc({ consumer: durable, decision: decision.kind });
    switch (decision.kind) {
      case 'done':
        message.ack();
        return;
      case 'retry':
        message.nak(decision.delayMs);
        return;
      case 'reject':
        message.term(decision.reason);
    }
  }

  return {
    name: `consumer ${durable}`,
    start() {
      if (stopped.signal.aborted || running) return Promise.resolve();
      endReset = messaging.onReset(() => messages?.stop());
      running = go();
      return Promise.resolve();
    },
    async stop() {
      stopped.abort();
      endReset();
      messages?.stop();
      await running;
      await Promise.all(inHand);
    },
  };
}
