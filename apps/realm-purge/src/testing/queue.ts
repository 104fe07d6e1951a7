import { randomBytes } from 'node:crypto';
import type { EncodedEvent } from '@lethe/contracts';
import { createMessaging, type Messaging } from '@lethe/messaging';
import { createLogger } from '@lethe/telemetry';

/** For tests: a work queue of the suite's own on the run's NATS, so that no other suite takes its pages. */
export interface Queue {
  readonly publish: Messaging['publish'];
  /** How many pages the server holds. */
  stored(): Promise<number>;
  stop(): Promise<void>;
}

export async function startQueue(natsUrl: string, token: string | undefined): Promise<Queue> {
  const root = `test_${randomBytes(6).toString('hex')}`;
  const name = root.toUpperCase();
  const messaging = createMessaging({
    servers: new URL(natsUrl).host,
    token,
    clientName: 'test',
    streams: [
      { name, subjects: [`${root}.>`], retention: 'workqueue', maxAgeMs: 3_600_000, maxBytes: 64 << 20 },
    ],
    replicas: 1,
    logger: createLogger('test', 'silent'),
    checkMs: 200,
  });
  await messaging.start();
  await messaging.session(AbortSignal.timeout(20_000));
  const session = () => messaging.session(AbortSignal.timeout(20_000));
  return {
    publish: (event: EncodedEvent) => messaging.publish({ ...event, subject: `${root}.${event.subject}` }),
    async stored() {
      return (await (await session()).jsm.streams.info(name)).state.messages;
    },
    async stop() {
      await (await session()).jsm.streams.delete(name).catch(() => undefined);
      await messaging.stop();
    },
  };
}
