import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** A request as an endpoint had it. */
export interface Heard {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** For tests: an endpoint of somebody else, on loopback. */
export interface Receiver {
  readonly url: string;
  readonly heard: Heard[];
  /** What is answered; 204 at first. Never called again for a request that is under way. */
  answer: (request: Heard, response: ServerResponse) => void;
  /** Verifies what was heard, as a subscriber would, and answers its bodies. Throws when one was not signed so. */
  verified(secret: string): { type: string; timestamp: string; data: Record<string, unknown> }[];
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    void read(request).then((body) => {
      const heard = { path: request.url ?? '', headers: request.headers, body };
      receiver.heard.push(heard);
      receiver.answer(heard, response);
    });
  });
  server.on('clientError', (_, socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    heard: [],
    answer: taken,
    verified: (secret) =>
      receiver.heard.map(
        ({ headers, body }) =>
          new Webhook(secret).verify(body, headers as Record<string, string>) as ReturnType<
            Receiver['verified']
          >[number],
      ),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}

export const taken = (_: Heard, response: ServerResponse): void => {
  response.writeHead(204).end();
};
export const answering =
  (status: number, headers: Record<string, string> = {}) =>
  (_: Heard, response: ServerResponse): void => {
    response.writeHead(status, headers).end();
  };

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
