import type { Pool } from '@lethe/postgres';
import { createLogger, createMetrics, type Metrics } from '@lethe/telemetry';
import { post } from '../send-deliveries/post.js';
import { createSender, type Sender, type SenderOptions } from '../send-deliveries/send-deliveries.loop.js';

/** For tests: a sender that may reach loopback, and looks often. */
export function testSender(pool: Pool, options: Partial<SenderOptions> = {}): Sender & { metrics: Metrics } {
  const metrics = createMetrics('test');
  const resolve = () => Promise.reject(new Error('no names here'));
  const sender = createSender({
    ...{ pool, metrics, logger: createLogger('test', 'silent') },
    ...{ concurrency: 32, perWebhook: 4, leaseSeconds: 60, intervalMs: 50 },
    post: (url, headers, body) =>
      post(url, headers, body, { allowInsecure: true, resolve, timeoutMs: 5_000 }),
    now: () => new Date(),
    random: () => 0.5,
    ...options,
  });
  return { ...sender, metrics };
}

/** The alarms that were raised, by name. */
export async function alarmsOf({ alarms }: Metrics): Promise<Record<string, number>> {
  const { values } = await alarms.get();
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels.alarm), value]));
}
