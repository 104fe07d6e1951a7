// An S3 endpoint that costs next to nothing, as a process of its own: what is measured against it is the client. It holds what it is
// told over the channel to its parent, lists it and forgets what is deleted; it checks no signature. It ends with its parent.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer, type Answer } from './stub-answers.js';
import { KeySpace } from './stub-keys.js';

/** What its parent asks, and is answered by {@link FromStub}, in turn. */
export type ToStub =
  | { readonly kind: 'hold'; readonly keys: readonly string[] }
  | { readonly kind: 'latency'; readonly ms: number }
  /** Forgets every key, and how often what was asked. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'count' };
export interface FromStub {
  readonly port: number;
  readonly held: number;
  /** How often what was asked, by the operation's name. */
  readonly requests: Readonly<Record<string, number>>;
}

const keys = new KeySpace();
const requests = new Map<string, number>();
let latencyMs = 0;

const server = createServer({ keepAlive: true, noDelay: true }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    serve(request, Buffer.concat(chunks).toString('latin1'), response);
  });
});

/** The effect first, then the latency: as a store that is far away. */
function serve({ method = '', url = '' }: IncomingMessage, body: string, response: ServerResponse): void {
  const { operation, status, xml } = answer(keys, method, url, body);
  requests.set(operation, (requests.get(operation) ?? 0) + 1);
  if (latencyMs > 0) setTimeout(send, latencyMs, response, status, xml);
  else send(response, status, xml);
}

function send(response: ServerResponse, status: number, xml: Answer['xml']): void {
  const head = { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(xml) };
  response.writeHead(status, head).end(xml);
}

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.(standing()));

function standing(): FromStub {
  const { port } = server.address() as AddressInfo;
  return { port, held: keys.held, requests: Object.fromEntries(requests) };
}

process.on('message', (asked: ToStub) => {
  if (asked.kind === 'hold') keys.hold(asked.keys);
  else if (asked.kind === 'latency') latencyMs = asked.ms;
  else if (asked.kind === 'empty') {
    keys.empty();
    requests.clear();
  }
  process.send?.(standing());
});
process.on('disconnect', () => process.exit(0));
