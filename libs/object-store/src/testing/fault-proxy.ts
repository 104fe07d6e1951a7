import {
  createServer,
  request as forward,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A request on its way to the real store. */
export interface S3Request {
  readonly operation: Operation;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
export type Operation =
  | 'DeleteObjects'
  | 'ListObjectVersions'
  | 'ListMultipartUploads'
  | 'AbortMultipartUpload'
  | 'GetBucketVersioning'
  | 'GetObjectLockConfiguration'
  | 'other';

/** What goes wrong. `before`: the store never hears of the request; `after`: it was carried out. */
export type Fault =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  /** Carried out, but the answer is another; the status stays. */
  | { readonly kind: 'rewrite'; readonly rewrite: (body: string) => string }
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  | { readonly kind: 'hang'; readonly when: 'before' | 'after' }
  /** The head and half of the body, then nothing more. */
  | { readonly kind: 'stall' }
  /** Half of the body, then the connection's end. */
  | { readonly kind: 'cut' };

export const slowDown: Fault = {
  kind: 'answer',
  status: 503,
  body: '<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code><Message>reduce your rate</Message></Error>',
};

export interface FaultProxy {
  readonly endpoint: string;
  /** Every request that came, in order. */
  readonly requests: readonly S3Request[];
  count(operation?: Operation): number;
  /** Decides for each request what goes wrong; it may wait, to hold a request. */
  fault: (request: S3Request) => Fault | undefined | Promise<Fault | undefined>;
  close(): Promise<void>;
}

/** An S3 endpoint in front of a real one, which it reaches with the client's own signature. */
export async function createFaultProxy(target: string): Promise<FaultProxy> {
  const requests: S3Request[] = [];
  const server = createServer((incoming, response) => {
    incoming.on('error', () => undefined);
    response.on('error', () => undefined);
    serve(incoming, response).catch(() => {
      incoming.socket.destroy();
    });
  });

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const request = describe(incoming, body);
    requests.push(request);
    const fault = await proxy.fault(request);
    if (fault?.kind === 'answer') {
      response.writeHead(fault.status, { 'content-type': 'application/xml' }).end(fault.body);
      return;
    }
    if (fault && 'when' in fault && fault.when === 'before') {
      lose(incoming, fault.kind);
      return;
    }
    const answer = await ask(target, incoming, body);
    if (fault && 'when' in fault) {
      lose(incoming, fault.kind);
      return;
    }
    const sent = fault?.kind === 'rewrite' ? Buffer.from(fault.rewrite(answer.body.toString())) : answer.body;
    const head = { ...answer.headers, 'content-length': sent.length };
    response.writeHead(answer.status, head);
    if (fault?.kind !== 'stall' && fault?.kind !== 'cut') {
      response.end(sent);
      return;
    }
    response.write(sent.subarray(0, sent.length / 2), () => {
      if (fault.kind === 'cut') incoming.socket.destroy();
    });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: FaultProxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    count: (operation) => requests.filter((r) => operation === undefined || r.operation === operation).length,
    fault: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}

function lose(incoming: IncomingMessage, how: 'reset' | 'hang'): void {
  if (how === 'reset') incoming.socket.resetAndDestroy();
}

function describe({ method, url, headers }: IncomingMessage, body: Buffer): S3Request {
  const { pathname: path, searchParams: query } = new URL(url ?? '/', 'http://s3');
  const operation = (): Operation => {
    if (method === 'POST' && query.has('delete')) return 'DeleteObjects';
    if (method === 'DELETE' && query.has('uploadId')) return 'AbortMultipartUpload';
    if (method !== 'GET') return 'other';
    if (query.has('versions')) return 'ListObjectVersions';
    if (query.has('uploads')) return 'ListMultipartUploads';
    if (query.has('object-lock')) return 'GetObjectLockConfiguration';
    return query.has('versioning') ? 'GetBucketVersioning' : 'other';
  };
  return { operation: operation(), path, query, headers, body: body.toString() };
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

async function ask(target: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    forward(new URL(url ?? '/', target), { method, headers }, resolve)
      .on('error', reject)
      .end(body);
  });
  const kept = Object.entries(response.headers).filter(([name]) => name !== 'transfer-encoding');
  return {
    status: response.statusCode ?? 500,
    headers: Object.fromEntries(kept) as Record<string, string>,
    body: await buffer(response),
  };
}
