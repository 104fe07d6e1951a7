import type { EncodedEvent, StreamSpec } from '@lethe/contracts';
import type { Component } from '@lethe/service';
import type { Logger } from '@lethe/telemetry';
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  jetstream,
  jetstreamManager,
  type JetStreamClient,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { connect, headers, nanos, type NatsConnection } from '@nats-io/transport-node';

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

export function createMessaging(options: MessagingOptions): Messaging {
  const { servers, token, clientName, streams, replicas, logger, checkMs = 5_000 } = options;
  const stopped = new AbortController();
  const listeners = new Set<() => void>();
  const waiting = new Set<() => void>();
  let connection: NatsConnection | undefined;
  let session: Session | undefined;
  let running: Promise<void> | undefined;
  let checking: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function run(): Promise<void> {
    const nc = await connect({
      servers: servers.split(',').map((server) => server.trim()),
      name: clientName,
      waitOnFirstConnect: true,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 500,
      ...(token === undefined ? {} : { token }),
    });
    connection = nc;
    if (stopped.signal.aborted) return nc.close();
    void (async () => {
      for await (const { type } of nc.status()) {
        if (type === 'disconnect') logger.warn('the connection to NATS broke');
        if (type === 'reconnect') void check(true);
      }
    })();
    await check(true);
    timer = setInterval(() => void check(false), checkMs);
  }

  /** Makes the streams exist; one check at a time. */
  function check(fresh: boolean): Promise<void> {
    checking = (checking ?? Promise.resolve()).then(async () => {
      if (stopped.signal.aborted || connection === undefined) return;
      try {
        const jsm = session?.jsm ?? (await jetstreamManager(connection));
        const created = await ensureStreams(jsm, streams, replicas);
        if (created.length > 0) logger.info({ streams: created }, 'streams created');
        session = { js: jetstream(connection), jsm };
        if (fresh || created.length > 0) for (const listener of [...listeners]) listener();
        for (const resolve of [...waiting]) resolve();
      } catch (error) {
        session = undefined;
        logger.warn({ err: error }, 'JetStream does not answer');
      }
    });
    return checking;
  }

  return {
    name: 'messaging',
    start() {
      running ??= run().catch((error: unknown) => {
        logger.error({ err: error }, 'cannot connect to NATS; the work goes on from rows');
      });
      return Promise.resolve();
    },
    async stop() {
      stopped.abort();
      clearInterval(timer);
      await checking;
      if (connection) await connection.drain().catch(() => connection?.close());
      for (const resolve of [...waiting]) resolve();
    },
    async publish({ subject, eventId, headers: attributes, payload }) {
      if (session === undefined) throw new Error('no connection to NATS');
      const sent = headers();
      for (const [name, value] of Object.entries(attributes)) sent.set(name, value);
      try {
        await session.js.publish(subject, payload, { msgID: eventId, headers: sent, timeout: PUBLISH_MS });
      } catch (error) {
        void check(false); // most likely the stream is gone
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
      if (connection === undefined || session === undefined) throw new Error('no connection to NATS');
      await connection.flush();
    },
  };
}

/** Creates the streams that are missing. What exists is left as an operator may have tuned it. Answers what it created. */
async function ensureStreams(
  jsm: JetStreamManager,
  specs: readonly StreamSpec[],
  replicas: number,
): Promise<string[]> {
  const created: string[] = [];
  for (const spec of specs) {
    try {
      await jsm.streams.info(spec.name);
    } catch (error) {
      if (!(error instanceof JetStreamApiError) || error.code !== JetStreamApiCodes.StreamNotFound)
        throw error;
      await jsm.streams.add({
        name: spec.name,
        subjects: [...spec.subjects],
        retention: spec.retention === 'workqueue' ? RetentionPolicy.Workqueue : RetentionPolicy.Limits,
        storage: StorageType.File,
        // A full queue refuses new work, which its rows remember; a full history forgets its oldest.
        discard: spec.retention === 'workqueue' ? DiscardPolicy.New : DiscardPolicy.Old,
        max_age: nanos(spec.maxAgeMs),
        max_bytes: spec.maxBytes,
        num_replicas: replicas,
      });
      created.push(spec.name);
    }
  }
  return created;
}
