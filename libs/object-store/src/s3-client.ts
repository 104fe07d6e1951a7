import { readFileSync } from 'node:fs';
import { S3Client, type ServiceOutputTypes } from '@aws-sdk/client-s3';
import { checkRoot } from './s3-answer.js';
import { sendContentMd5 } from './s3-content-md5.js';
import { createCredentials, type CredentialSource } from './s3-credentials.js';
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
  const credentials = createCredentials(options);
  const ca = options.caFile === undefined ? {} : { ca: readFileSync(options.caFile) };
  const client = new S3Client({
    endpoint: options.endpoint,
    region: options.region,
    // what has expired already is asked for anew with each request
    credentials: async () => ({ ...(await credentials.current()), expiration: new Date(0) }),
    forcePathStyle: options.forcePathStyle,
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      socketTimeout: requestTimeoutMs,
      httpAgent: { maxSockets, keepAlive: true },
      httpsAgent: { maxSockets, keepAlive: true, ...ca },
    },
  });
  readWhole(client);
  if (options.contentMd5) sendContentMd5(client);
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
      return await withCredentials(credentials, () => client.send(command, { abortSignal: end.signal }));
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
