import { S3Client, type ServiceOutputTypes } from '@aws-sdk/client-s3';
import { checkRoot } from './s3-answer.js';
import type { S3StoreOptions } from './s3-store.js';

const CONNECT_MS = 3_000;
const REQUEST_MS = 30_000;
const ATTEMPTS = 3;

type Send = S3Client['send'];

export interface SendOptions {
  /** Ends this request earlier, and sends no further attempt of it. */
  readonly abortSignal?: AbortSignal | undefined;
}

export interface BoundedClient {
  readonly send: Send;
  close(): void;
}

/**
 * A client whose every request ends: by an answer of the right kind, its time limit, or the client's close. The SDK's own
 * requestTimeout only warns unless told to throw, and ends with the head of an answer.
 */
export function createBoundedClient(options: S3StoreOptions): BoundedClient {
  const { maxSockets = 32, requestTimeoutMs = REQUEST_MS } = options;
  const client = new S3Client({
    endpoint: options.endpoint,
    region: options.region,
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
    forcePathStyle: options.forcePathStyle,
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      socketTimeout: requestTimeoutMs,
      httpAgent: { maxSockets, keepAlive: true },
      httpsAgent: { maxSockets, keepAlive: true },
    },
  });
  readWhole(client);
  const underWay = new Set<AbortController>();
  let closed = false;

  async function send(
    command: Parameters<Send>[0],
    { abortSignal }: SendOptions = {},
  ): Promise<ServiceOutputTypes> {
    if (closed) throw new Error('the store is closed');
    abortSignal?.throwIfAborted(); // it says so once
    const end = new AbortController();
    const abort = () => end.abort();
    const limit = setTimeout(abort, ATTEMPTS * requestTimeoutMs);
    abortSignal?.addEventListener('abort', abort);
    underWay.add(end);
    try {
      return await client.send(command, { abortSignal: end.signal });
    } finally {
      clearTimeout(limit);
      abortSignal?.removeEventListener('abort', abort);
      underWay.delete(end);
    }
  }
  return {
    send: send as Send,
    close() {
      closed = true;
      for (const end of underWay) end.abort();
      client.destroy();
    },
  };
}

/** Reads an answer's body before the SDK does, to see what it is. */
function readWhole(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      const response = result.response as {
        statusCode: number;
        body: AsyncIterable<Uint8Array> | Uint8Array;
      };
      if (response.statusCode !== 200 || response.body instanceof Uint8Array) return result;
      const chunks: Uint8Array[] = [];
      for await (const chunk of response.body) chunks.push(chunk);
      response.body = Buffer.concat(chunks);
      checkRoot(context.commandName, response.body);
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'readWhole' },
  );
}
