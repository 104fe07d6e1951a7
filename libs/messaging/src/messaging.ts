import { setTimeout as sleep } from 'node:timers/promises';
import type { EncodedEvent, StreamSpec } from '@lethe/contracts';
import type { Component } from '@lethe/service';
import type { Logger } from '@lethe/telemetry';
import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { ensureStreams } from './streams.js';

export interface MessagingOptions {
  /** One or several, separated by commas. */
  readonly servers: string;
  readonly token: string | undefined;
  /** Appears in the server's connection list. */
  readonly clientName: string;
  readonly streams: readonly StreamSpec[];
  readonly replicas: number;
  readonly logger: Logger;
  /** How often the streams are looked at: a store wiped under a living connection is noticed this late. */
  readonly checkMs?: number;
}

/** The JetStream side of a connection, while there is one. */
export interface Session {
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
}

/**
 * A NATS connection for a service that does not need NATS to live: starting does not wait for the server, a lost server is
 * awaited for ever, and streams that are missing (a wiped store) are created again.
 */
export interface Messaging extends Component {
  /** Resolves once JetStream has stored the event. Rejects when it did not within five seconds, or there is no connection. */
  publish(event: EncodedEvent): Promise<void>;
  /** The session once the streams exist. */
  session(signal: AbortSignal): Promise<Session>;
  /** Calls back when a connection or a stream is new: what was open on the old one is worthless. Returns what ends that. */
  onReset(listener: () => void): () => void;
  /** Rejects while there is no working connection. */
  probe(): Promise<void>;
}

const PUBLISH_MS = 5_000;
const CONNECT_MS = 5_000;
const RECONNECT_MS = 500;
/** What was published is acknowledged or not by now; nothing is worth a longer stop. */
const DRAIN_MS = 2_000;

export function createMessaging(options: MessagingOptions): Messaging {
  const { servers, token, clientName, streams, replicas, logger, checkMs = 5_000 } = options;
  const stopped = new AbortController();
  const listeners = new Set<() => void>();
  const waiting = new Set<() => void>();
  let connection: NatsConnection | undefined;
  let connected = false;
  let session: Session | undefined;
  /** Something is new that the listeners have not heard of yet. Kept until a check succeeds, however many fail before. */
  let stale = true;
  let running: Promise<void> | undefined;
  let checking: Promise<void> | undefined;
  let checkAgain = false;

  /** The client's own waiting for a first connection cannot be stopped; so each attempt is one of ours. */
  async function run(): Promise<void> {
    for (let failures = 0; !stopped.signal.aborted; failures++) {
      try {
        const nc = await connect({
          servers: servers.split(',').map((server) => server.trim()),
          name: clientName,
          timeout: CONNECT_MS,
          maxReconnectAttempts: -1,
          reconnectTimeWait: RECONNECT_MS,
          ignoreAuthErrorAbort: true,
          ...(token === undefined ? {} : { token }),
        });
        failures = 0;
        await serve(nc);
      } catch (error) {
        const level = failures === 0 ? 'warn' : 'debug';
        logger[level]({ err: error }, 'cannot connect to NATS, tries again; the work goes on from rows');
      }
      await sleep(RECONNECT_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  }

  /** From a connection's first moment to its last. */
  async function serve(nc: NatsConnection): Promise<void> {
    if (stopped.signal.aborted) return nc.close();
    [connection, connected, stale] = [nc, true, true];
    const timer = setInterval(() => void check(), checkMs);
    try {
      void check();
      for await (const { type } of nc.status()) {
        if (type === 'disconnect') {
          // Nothing is asked of a connection that is away: it would only time out.
          [connected, session] = [false, undefined];
          logger.warn('the connection to NATS broke');
        }
        if (type === 'reconnect') {
          [connected, stale] = [true, true];
          void check();
        }
      }
      await nc.closed();
    } finally {
      clearInterval(timer);
      [connection, connected, session] = [undefined, false, undefined];
    }
  }

  /** Makes the streams exist; one check at a time, and one more when it was asked for meanwhile. */
  function check(): Promise<void> {
    checkAgain = true;
    checking ??= (async () => {
      while (checkAgain && connection !== undefined && connected && !stopped.signal.aborted) {
        checkAgain = false;
        await look(connection);
      }
    })().finally(() => {
      checking = undefined;
    });
    return checking;
  }

  async function look(nc: NatsConnection): Promise<void> {
    const isNew = stale;
    stale = false;
    try {
      const jsm = session?.jsm ?? (await jetstreamManager(nc));
      const created = await ensureStreams(jsm, streams, replicas);
      if (created.length > 0) logger.info({ streams: created }, 'streams created');
      if (nc !== connection) return;
      session = { js: jetstream(nc), jsm };
      if (isNew || created.length > 0) for (const listener of [...listeners]) listener();
      for (const resolve of [...waiting]) resolve();
    } catch (error) {
      [session, stale] = [undefined, true];
      if (!stopped.signal.aborted) logger.warn({ err: error }, 'JetStream does not answer');
    }
  }

  return {
    name: 'messaging',
    start() {
      if (!stopped.signal.aborted) running ??= run();
      return Promise.resolve();
    },
    async stop() {
      stopped.abort();
      const nc = connection;
      if (nc !== undefined) {
        // A drain waits for the server, which may be away.
        const drained = connected ? nc.drain().catch(() => undefined) : Promise.resolve();
        await Promise.race([drained, sleep(DRAIN_MS, undefined, { ref: false })]);
        await nc.close();
      }
      await running;
      await checking;
      for (const resolve of [...waiting]) resolve();
    },
    async publish({ subject, eventId, headers: attributes, payload }) {
      if (session === undefined) throw new Error('no connection to NATS');
      const sent = headers();
      for (const [name, value] of Object.entries(attributes)) sent.set(name, value);
      try {
        await session.js.publish(subject, payload, { msgID: eventId, headers: sent, timeout: PUBLISH_MS });
      } catch (error) {
        void check(); // most likely the stream is gone
        throw error;
      }
    },
    async session(signal) {
      for (;;) {
        signal.throwIfAborted();
        if (session !== undefined) return session;
        await new Promise<void>((resolve) => {
          const done = () => {
            waiting.delete(done);
            signal.removeEventListener('abort', done);
            resolve();
          };
          waiting.add(done);
          signal.addEventListener('abort', done);
        });
      }
    },
    onReset(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async probe() {
      if (connection === undefined || !connected || session === undefined)
        throw new Error('no connection to NATS');
      await connection.flush();
    },
  };
}
