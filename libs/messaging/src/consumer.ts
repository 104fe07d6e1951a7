import { setTimeout as sleep } from 'node:timers/promises';
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
  /** Counts what made open consumers worthless: one that opened meanwhile is worthless too. */
  let resets = 0;

  async function open(): Promise<ConsumerMessages> {
    const before = resets;
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
    const opened = await consumer.consume({
      max_messages: concurrency,
      abort_on_missing_resource: true,
      idle_heartbeat: 5_000,
    });
    if (stopped.signal.aborted || resets !== before) opened.stop();
    return opened;
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
      await sleep(RESUME_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  }

  function take(message: JsMsg): void {
    const work = settle(message)
      // The connection is gone: the message comes again, and nothing here may end the process.
      .catch((error: unknown) => {
        logger.warn({ err: error, consumer: durable }, 'a message could not be settled, comes again');
      })
      .finally(() => inHand.delete(work));
    inHand.add(work);
  }

  async function handle(message: JsMsg): Promise<Decision> {
    try {
      return await options.handle(receivedOf(message));
    } catch (error) {
      logger.warn(
        { err: error, consumer: durable, subject: message.subject },
        'handling failed, comes again',
      );
      return retry(RETRY_FAILED_MS * Math.min(30, 2 ** (message.info.deliveryCount - 1)), 'failed');
    }
  }

  async function settle(message: JsMsg): Promise<void> {
    const decision = await handle(message);
    metrics.messages.inc({ consumer: durable, decision: decision.kind });
    switch (decision.kind) {
      case 'done':
        message.ack();
        return;
      case 'retry':
        // NATS takes whole numbers only, and delivers at once what it cannot read.
        message.nak(Math.ceil(decision.delayMs));
        return;
      case 'reject':
        message.term(decision.reason);
    }
  }

  return {
    name: `consumer ${durable}`,
    start() {
      if (stopped.signal.aborted || running) return Promise.resolve();
      endReset = messaging.onReset(() => {
        resets += 1;
        messages?.stop();
      });
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
