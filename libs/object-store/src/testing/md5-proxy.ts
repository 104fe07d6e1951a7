import { createHash } from 'node:crypto';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface Md5Proxy {
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * An S3 endpoint in front of one that wants a Content-MD5 with every DeleteObjects, as S3 itself once did: adds it to requests of
 * clients that send other checksums. The header is none of those that are signed.
 */
export async function createMd5Proxy(target: string): Promise<Md5Proxy> {
  const server = createServer((incoming, response) => {
    void (async () => {
      const { method, url = '/', headers } = incoming;
      const body = await buffer(incoming);
      const isDelete = method === 'POST' && new URL(url, target).searchParams.has('delete');
      const md5 = isDelete ? { 'content-md5': createHash('md5').update(body).digest('base64') } : {};
      const outgoing = forward(
        new URL(url, target),
        { method, headers: { ...headers, ...md5 } },
        (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
        },
      );
      outgoing.on('error', () => response.destroy()).end(body);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
