import { randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { explain } from './missing-piece.js';
import type { Stack } from './stack.js';

/** Servers that are not running until somebody asks for them. */
export interface OnDemand {
  /** A GET starts them, once, and answers with their variables as JSON; or with 503 and the sentence that says why not. */
  readonly url: string;
  /** Stops them, if they were started. */
  close(): Promise<void>;
}

/**
 * Lets the processes of a test run share servers that few of them need: who asks first starts them, and who never asks pays
 * nothing. The address has a secret in it, as the variables have, and is on loopback.
 */
export async function serveOnDemand(start: () => Promise<Pick<Stack, 'env' | 'stop'>>): Promise<OnDemand> {
  const path = `/${randomBytes(20).toString('hex')}`;
  let starting: ReturnType<typeof start> | undefined;
  const answer = async (response: ServerResponse): Promise<void> => {
    try {
      const { env } = await (starting ??= start()); // one that failed would fail again
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(env));
    } catch (error) {
      response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8' }).end(explain(error));
    }
  };
  const server = createServer((request, response) => {
    if (request.url === path) void answer(response);
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${path}`,
    async close() {
      server.close();
      server.closeAllConnections();
      const started = await starting?.catch(() => undefined);
      await started?.stop();
    },
  };
}
