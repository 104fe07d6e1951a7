import { setTimeout as sleep } from 'node:timers/promises';
import type { Component } from '@lethe/service';
import type { Logger } from '@lethe/telemetry';
import pg from 'pg';

const CONNECT_MS = 5_000;
const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 5_000;

/**
 * Calls `onNotify` for each NOTIFY on a channel, and once after every (re)connection, since what was notified meanwhile is
 * lost. A doorbell: whoever is woken by it must also look by itself now and then. Starting awaits the first attempt to connect,
 * not its success.
 */
export function createListener(
  url: string,
  channel: string,
  onNotify: () => void,
  logger: Logger,
): Component {
  const stopped = new AbortController();
  let starting: Promise<void> | undefined;
  let running: Promise<void> | undefined;
  let failures = 0;

  /** One connection, from its first packet to its last: there is never a second beside it. */
  async function listen(tried: () => void): Promise<void> {
    const client = new pg.Client({
      connectionString: url,
      application_name: `listen ${channel}`,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MS,
    });
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', () => undefined); // 'end' follows
    client.on('notification', onNotify);
    const end = () => void client.end().catch(() => undefined);
    try {
      await client.connect(); // a client that is ended while it connects may never say so; this ends by itself
      stopped.signal.addEventListener('abort', end);
      if (stopped.signal.aborted) return;
      await client.query(`listen ${pg.escapeIdentifier(channel)}`);
      failures = 0;
      tried();
      onNotify();
      await ended;
    } catch (error) {
      if (!stopped.signal.aborted) logger.warn({ err: error, channel }, 'cannot listen');
    } finally {
      stopped.signal.removeEventListener('abort', end);
      await client.end().catch(() => undefined);
      tried();
    }
  }

  async function run(tried: () => void): Promise<void> {
    while (!stopped.signal.aborted) {
      await listen(tried);
      failures += 1;
      const pauseMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 10));
      await sleep(pauseMs, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  }

  return {
    name: `listener ${channel}`,
    start() {
      starting ??= new Promise((resolve) => {
        running = run(resolve).finally(resolve);
      });
      return starting;
    },
    async stop() {
      stopped.abort();
      await running;
    },
  };
}
