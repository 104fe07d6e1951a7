import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createS3Store } from './s3-store.js';

let server: Server;
let most = 0;
let now = 0;
beforeEach(async () => {
  [most, now] = [0, 0];
  server = createServer((_, response) => {
    most = Math.max(most, ++now);
    setImmediate(() => {
      now -= 1;
      response.end('<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>');
    });
  });
  server.keepAliveTimeout = 0; // it closes none by itself
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});
const store = (over: { maxSockets?: number; idleMs?: number }) =>
  createS3Store({
    ...{ name: 'primary', id: '', region: 'r', bucket: 'b', forcePathStyle: true },
    ...{ accessKeyId: 'a', secretAccessKey: 'b', ...over },
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });

describe('the connections of a store', () => {
  it('are closed when nobody uses them', async () => {
    const opened = once(server, 'connection') as Promise<[Socket]>;
    const idle = store({ idleMs: 50 });
    await idle.probe();
    const [socket] = await opened;
    if (!socket.closed) await once(socket, 'close');
    expect(socket.closed).toBe(true);
    await idle.probe();
    idle.close();
  });

  it('are no more than they may be', async () => {
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => sockets.add(socket));
    const few = store({ maxSockets: 3 });
    await Promise.all(Array.from({ length: 50 }, () => few.probe()));
    expect(sockets.size).toBeLessThanOrEqual(3);
    expect(most).toBeLessThanOrEqual(3);
    few.close();
  });
});
