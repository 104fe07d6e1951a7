import type { Component } from '@lethe/service';
import type { Logger } from '@lethe/telemetry';
import pg from 'pg';

const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 5_000;

/**
 * Calls `onNotify` for each NOTIFY on a channel, and once after every (re)connection, since what was notified meanwhile is
 * lost. A doorbell: whoever is woken by it must also look by itself now and then.
 */
export function createListener(
  url: string,
  channel: string,
  onNotify: () => void,
  logger: Logger,
): Component {
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let connecting: Promise<void> | undefined;
  let stopped = false;
  let failures = 0;

  async function connect(): Promise<void> {
    const fresh = new pg.Client({
      connectionString: url,
      application_name: `listen ${channel}`,
      keepAlive: true,
    });
    fresh.on('error', () => undefined); // 'end' follows
    fresh.on('notification', onNotify);
    try {
      await fresh.connect();
      fresh.on('end', reconnect);
      await fresh.query(`listen ${pg.escapeIdentifier(channel)}`);
      failures = 0;
      client = fresh;
      onNotify();
    } catch (error) {
      logger.warn({ err: error, channel }, 'cannot listen');
      fresh.removeListener('end', reconnect);
      await fresh.end().catch(() => undefined);
      reconnect();
    }
  }
  function reconnect(): void {
    client = undefined;
    if (stopped) return;
    failures += 1;
    retry = setTimeout(
      () => {
        connecting = connect();
      },
      Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 10)),
    );
  }
  return {
    name: `listener ${channel}`,
    async start() {
      connecting = connect();
      await connecting;
    },
    async stop() {
      stopped = true;
      clearTimeout(retry);
      await connecting;
      await client?.end().catch(() => undefined);
    },
  };
}
