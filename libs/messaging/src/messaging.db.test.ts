import { createLogger, createMetrics } from '@lethe/telemetry';
import { createProxy, eventually, serverVariable, stressStartStop, testStream } from '@lethe/testkit';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createConsumer } from './consumer.js';
import { createMessaging, type Messaging } from './messaging.js';
import { DONE, retry } from './message.js';

const logger = createLogger('test', 'silent');
const metrics = createMetrics('test');
const stream = testStream();
const nats = () => new URL(serverVariable('NATS_URL')).host;
const token = () => process.env['NATS_TOKEN'];
const running: { stop(): Promise<void> }[] = [];

let direct: NatsConnection;
let jsm: JetStreamManager;
beforeAll(async () => {
  direct = await connect({ servers: nats(), ...(token() === undefined ? {} : { token: token()! }) });
  jsm = await jetstreamManager(direct);
});
afterEach(async () => {
  for (const component of running.splice(0).reverse()) await component.stop();
  await jsm.streams.delete(stream.name).catch(() => undefined);
});
afterAll(() => direct.close());

async function messagingTo(servers: string, checkMs = 100): Promise<Messaging> {
  const messaging = createMessaging({
    servers,
    token: token(),
    clientName: 'test',
    streams: [stream],
    replicas: 1,
    logger,
    checkMs,
  });
  running.push(messaging);
  await messaging.start();
  return messaging;
}
const eventOf = (id: string) => ({
  eventId: id,
  subject: `${stream.root}.event`,
  headers: { 'ce-id': id },
  payload: Buffer.from(id),
});
const published = (messaging: Messaging, id: string) =>
  eventually(`${id} is published`, async () => {
    await messaging.publish(eventOf(id));
    return true;
  });

/** The event ids a consumer has handled so far. */
async function consuming(messaging: Messaging): Promise<Set<string>> {
  const seen = new Set<string>();
  const consumer = createConsumer({
    messaging,
    stream: stream.name,
    durable: 'tester',
    subjects: stream.subjects,
    ackWaitMs: 5_000,
    concurrency: 4,
    handle: ({ eventId }) => {
      seen.add(eventId);
      return Promise.resolve(DONE);
    },
    logger,
    metrics,
  });
  running.push(consumer);
  await consumer.start();
  return seen;
}
const arrives = (seen: Set<string>, id: string) =>
  eventually(`${id} arrives`, () => Promise.resolve(seen.has(id)));

describe('messaging', () => {
  it('starts while NATS is away, refuses to publish, and works once NATS comes', async () => {
    const proxy = await createProxy(nats());
    await proxy.cut();
    const messaging = await messagingTo(proxy.address);
    const seen = await consuming(messaging);
    await expect(messaging.publish(eventOf('too early'))).rejects.toThrow('no connection');
    await expect(messaging.probe()).rejects.toThrow('no connection');
    await proxy.mend();
    await published(messaging, 'after it came');
    await arrives(seen, 'after it came');
    await messaging.probe();
    await proxy.close();
  });

  it('creates the streams again that were deleted under a living connection, and its consumers resume', async () => {
    const messaging = await messagingTo(nats());
    const seen = await consuming(messaging);
    await published(messaging, 'before');
    await arrives(seen, 'before');
    await jsm.streams.delete(stream.name);
    await published(messaging, 'after the loss');
    await arrives(seen, 'after the loss');
  });

  it('resumes after a break during which everything was lost', async () => {
    const proxy = await createProxy(nats());
    const messaging = await messagingTo(proxy.address);
    const seen = await consuming(messaging);
    await published(messaging, 'before');
    await arrives(seen, 'before');
    for (const round of ['first', 'second']) {
      await proxy.cut();
      await jsm.streams.delete(stream.name);
      await proxy.mend();
      await published(messaging, `${round} time`);
      await arrives(seen, `${round} time`);
    }
    await proxy.close();
  });

  it('tells its listeners of a new connection even when another made the streams, or JetStream came late', async () => {
    const proxy = await createProxy(nats());
    const messaging = await messagingTo(proxy.address);
    let resets = 0;
    messaging.onReset(() => (resets += 1));
    await published(messaging, 'before');
    await eventually('the first connection is told', () => Promise.resolve(resets > 0));
    const told = resets;
    await proxy.cut();
    await expect(messaging.publish(eventOf('while away'))).rejects.toThrow();
    await proxy.mend();
    await eventually('the second is', () => Promise.resolve(resets > told));
    await proxy.close();
  });

  it('consumes on when its consumer is deleted', async () => {
    const messaging = await messagingTo(nats());
    const seen = await consuming(messaging);
    await published(messaging, 'before');
    await arrives(seen, 'before');
    await jsm.consumers.delete(stream.name, 'tester');
    await published(messaging, 'after');
    await arrives(seen, 'after');
  });

  it('delivers again after the delay, also when that is no whole number', async () => {
    const messaging = await messagingTo(nats());
    const delayMs = 400 + 1 / 3;
    const times: number[] = [];
    const consumer = createConsumer({
      messaging,
      stream: stream.name,
      durable: 'tester',
      subjects: stream.subjects,
      ackWaitMs: 5_000,
      concurrency: 1,
      handle: () => Promise.resolve(times.push(performance.now()) < 2 ? retry(delayMs, 'later') : DONE),
      logger,
      metrics,
    });
    running.push(consumer);
    await consumer.start();
    await published(messaging, 'late');
    await eventually('it comes again', () => Promise.resolve(times.length === 2));
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(delayMs - 1);
  });

  it('stops while NATS is away, before and after a connection', async () => {
    const proxy = await createProxy(nats());
    const connected = await messagingTo(proxy.address);
    await published(connected, 'once');
    await proxy.cut();
    const unconnected = await messagingTo(proxy.address);
    await unconnected.stop();
    await connected.stop();
  });
});

describe('start and stop are a contract, kept by', () => {
  it('messaging and its consumers', async () => {
    const away = await createProxy(nats());
    await away.cut();
    for (const servers of [nats(), away.address])
      await stressStartStop(() =>
        createMessaging({
          servers,
          token: token(),
          clientName: 'test',
          streams: [stream],
          replicas: 1,
          logger,
        }),
      );
    const messaging = await messagingTo(nats());
    await stressStartStop(() =>
      createConsumer({
        messaging,
        stream: stream.name,
        durable: 'tester',
        subjects: stream.subjects,
        ackWaitMs: 5_000,
        concurrency: 1,
        handle: () => Promise.resolve(DONE),
        logger,
        metrics,
      }),
    );
  });
});
