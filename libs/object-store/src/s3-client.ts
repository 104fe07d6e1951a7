import { readFileSync } from 'node:fs';
import { ListObjectsV2Command, S3Client, type ServiceOutputTypes } from '@aws-sdk/client-s3';
import { STORE_MARKERS } from './object-store.js';
import { createPace, type Pace } from './pace/index.js';
import { checkRoot, StoreAnswerError } from './s3-answer.js';
import { takeItems, type AnswerItems } from './s3-answer-items.js';
import { sendContentMd5 } from './s3-content-md5.js';
import { createCredentials, type CredentialSource } from './s3-credentials.js';
import { writeDeleteBody } from './s3-delete-body.js';
import type { S3StoreOptions } from './s3-store.js';

const CONNECT_MS = 3_000;
const REQUEST_MS = 30_000;
const IDLE_MS = 15_000;
/** A thousand items of a listing, with keys of a thousand bytes each, take a tenth of it. */
const MOST_ANSWER_BYTES = 32 << 20;

type Send = S3Client['send'];

export interface SendOptions {
  /** Ends this request earlier, and sends no further attempt of it. */
  readonly abortSignal?: AbortSignal | undefined;
}

export interface BoundedClient {
  readonly send: Send;
  readonly pace: Pace;
  close(): void;
}

/**
 * A client whose every request ends: by an answer of the right kind, its time limit, or the client's close. The SDK's own
 * requestTimeout only warns unless told to throw, and ends with the head of an answer. How many are sent at once, and when one is sent
 * again, is for its {@link Pace} to say: the SDK's own retries would hide from it how the store is.
 */
export function createBoundedClient(options: S3StoreOptions): BoundedClient {
  const {
    maxSockets = 32,
    requestTimeoutMs = REQUEST_MS,
    idleMs: timeout = IDLE_MS,
    bucket: Bucket,
  } = options;
  const credentials = createCredentials(options);
  const ca = options.caFile === undefined ? {} : { ca: readFileSync(options.caFile) };
  const client = new S3Client({
    endpoint: options.endpoint,
    region: options.region,
    // what has expired already is asked for anew with each request
    credentials: async () => ({ ...(await credentials.current()), expiration: new Date(0) }),
    forcePathStyle: options.forcePathStyle,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      socketTimeout: requestTimeoutMs,
      // of a connection that nobody uses; a request has its own
      httpAgent: { maxSockets, keepAlive: true, timeout },
      httpsAgent: { maxSockets, keepAlive: true, timeout, ...ca },
    },
  });
  // Nobody reads the SDK's own log, for which it goes through each of a thousand items once more.
  client.middlewareStack.remove('loggerMiddleware');
  writeDeleteBody(client);
  readWhole(client);
  if (options.contentMd5) sendContentMd5(client);
  const sendOnce = (command: Parameters<Send>[0], abortSignal: AbortSignal) =>
    withCredentials(credentials, () => client.send(command, { abortSignal }));
  const pace = createPace({
    ...options.pace,
    store: options.name,
    maxInFlight: maxSockets,
    attemptMs: requestTimeoutMs,
    probe: (abortSignal) =>
      withCredentials(credentials, () =>
        client.send(new ListObjectsV2Command({ Bucket, Prefix: STORE_MARKERS, MaxKeys: 1 }), { abortSignal }),
      ),
  });

  const send = (
    command: Parameters<Send>[0],
    { abortSignal }: SendOptions = {},
  ): Promise<ServiceOutputTypes> =>
    pace.run(
      {
        kind: command.constructor.name,
        attempt: (signal) => sendOnce(command, signal),
        itemsOf: (answer) => itemsOf(command.input) + itemsOf(answer),
      },
      abortSignal,
    );
  return {
    send: send as Send,
    pace,
    close() {
      pace.close();
      client.destroy();
    },
  };
}

/** Of the lists in a request or an answer: what a request costs goes with them. */
function itemsOf(message: object): number {
  const { Delete } = message as { Delete?: { Objects?: readonly unknown[] } };
  const lists: unknown[] = [...(Object.values(message) as unknown[]), Delete?.Objects];
  return lists.reduce<number>((sum, list) => sum + (Array.isArray(list) ? list.length : 0), 0);
}

/** Once more after a refusal, if the credentials were replaced meanwhile. */
async function withCredentials<T>(credentials: CredentialSource, attempt: () => Promise<T>): Promise<T> {
  const used = await credentials.current();
  try {
    return await attempt();
  } catch (error) {
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status !== 401 && status !== 403) throw error;
    if (await credentials.isReplaced(used)) return attempt();
    if (credentials.trouble !== undefined)
      (error as Error).message += ` (the credentials could not be renewed: ${credentials.trouble})`;
    throw error;
  }
}

/** Reads an answer's body before the SDK does, to see what it is, and what it names by the thousand. */
function readWhole(client: S3Client): void {
  const items = new WeakMap<object, AnswerItems['lists']>();
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      const response = result.response as {
        statusCode: number;
        body: AsyncIterable<Uint8Array> | Uint8Array;
      };
      if (response.statusCode !== 200 || response.body instanceof Uint8Array) return result;
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      for await (const chunk of response.body) {
        bytes += chunk.length;
        if (bytes > MOST_ANSWER_BYTES) throw new StoreAnswerError('an answer without an end');
        chunks.push(chunk);
      }
      const body = Buffer.concat(chunks);
      checkRoot(context.commandName, body);
      const taken = takeItems(context.commandName, body.toString());
      items.set(context, taken?.lists ?? {}); // also when an attempt before had some
      response.body = taken === undefined ? body : Buffer.from(taken.rest);
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'readWhole' },
  );
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      if (result.output) Object.assign(result.output, items.get(context));
      return result;
    },
    { step: 'deserialize', priority: 'high', name: 'addItems' },
  );
}
