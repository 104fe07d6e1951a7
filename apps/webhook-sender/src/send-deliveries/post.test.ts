import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answering, startReceiver, type Receiver } from '../testing/receiver.js';
import { post, type PostOptions } from './post.js';

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.stop());

const LOOPBACK = [{ address: '127.0.0.1', family: 4 }];
const nowhere = () => Promise.reject(Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' }));
const send = (url = receiver.url, options: Partial<PostOptions> = {}) =>
  post(url, { 'webhook-id': 'id' }, 'päylöad', {
    allowInsecure: true,
    resolve: nowhere,
    timeoutMs: 5_000,
    ...options,
  });
const failed = (reason: string) => ({ kind: 'failed', reason });

/** A server of raw bytes. */
async function rawServer(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

describe('post', () => {
  it('sends headers and body to the byte, and answers the status', async () => {
    receiver.answer = answering(299, { 'retry-after': '7' });
    expect(await send()).toEqual({ kind: 'answered', status: 299, retryAfter: '7' });
    expect(receiver.heard).toMatchObject([
      { path: '/hook', body: 'päylöad', headers: { 'webhook-id': 'id', 'content-length': '9' } },
    ]);
  });

  it.each(['HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n', ''])(
    'ends when the connection does, whatever it became (%j)',
    async (said) => {
      const server = await rawServer((socket) => socket.once('data', () => socket.end(said)));
      expect(await send(server.url)).toMatchObject({ kind: 'failed' });
      server.stop();
    },
  );

  it.each([301, 302, 303, 307, 308])('does not follow a redirect (%i)', async (status) => {
    const other = await startReceiver();
    receiver.answer = answering(status, { location: other.url });
    expect(await send()).toMatchObject({ kind: 'answered', status });
    expect([receiver.heard.length, other.heard.length]).toEqual([1, 0]);
    await other.stop();
  });

  it('reads no more than 64 KiB of an answer, and takes its status', async () => {
    let sent = 0;
    receiver.answer = (_, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(16 << 10))) sent += 16 << 10;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    expect(await send()).toMatchObject({ kind: 'answered', status: 200 });
    expect(sent).toBeLessThan(8 << 20);
  });

  it('ends in time when nothing is answered, when the answer never ends, and when the name is not resolved', async () => {
    const options = { timeoutMs: 200 };
    receiver.answer = () => undefined;
    expect(await send(receiver.url, options)).toEqual(failed('no answer in time'));
    receiver.answer = (_, response) => {
      response.writeHead(202).write('and');
    };
    expect(await send(receiver.url, options)).toMatchObject({ kind: 'answered', status: 202 });
    const silent = await rawServer((socket) => socket.write('HTTP/1.1 2'));
    expect(await send(silent.url, options)).toEqual(failed('no answer in time'));
    silent.stop();
    const never = () => new Promise<never>(() => undefined);
    expect(await send('http://a.example/', { ...options, resolve: never })).toEqual(
      failed('no answer in time'),
    );
  });

  it('says by a code what failed', async () => {
    await receiver.stop();
    expect(await send()).toEqual(failed('ECONNREFUSED'));
    expect(await send('http://a.example/')).toEqual(failed('ENOTFOUND'));
    expect(await send('http://a.example/', { resolve: () => Promise.resolve([]) })).toEqual(
      failed('ENOTFOUND'),
    );
    const rude = await rawServer((socket) => socket.destroy());
    expect(await send(rude.url)).toEqual(failed('ECONNRESET'));
    rude.stop();
    const noise = await rawServer((socket) => socket.end('SSH-2.0\r\n'));
    expect(await send(noise.url)).toEqual(failed(expect.stringMatching(/^HPE_/) as string));
    noise.stop();
    const endless = await rawServer((socket) => socket.write(`HTTP/1.1 200 OK\r\na: ${'x'.repeat(1 << 20)}`));
    expect(await send(endless.url)).toEqual(failed('HPE_HEADER_OVERFLOW'));
    endless.stop();
  });

  it('speaks TLS where the URL says so', async () => {
    const url = receiver.url.replace('http:', 'https:');
    expect(await send(url)).toMatchObject({ kind: 'failed' });
    expect(receiver.heard).toEqual([]);
  });
});

describe('post, where only the public internet is allowed,', () => {
  const port = () => new URL(receiver.url).port;
  const strict = (url: string, addresses: { address: string; family: number }[] = LOOPBACK) =>
    send(url, { allowInsecure: false, resolve: () => Promise.resolve(addresses) });

  it.each([
    '127.0.0.1',
    '::1',
    '::ffff:127.0.0.1',
    '10.1.2.3',
    '169.254.169.254',
    'fd00:ec2::254',
    'fe80::1',
  ])('does not connect to a name of %s', async (address) => {
    const family = address.includes(':') ? 6 : 4;
    expect(await strict(`https://a.example:${port()}/`, [{ address, family }])).toEqual(
      failed('ADDRESS_NOT_ALLOWED'),
    );
    // one public address beside it makes it no better
    expect(
      await strict(`https://a.example:${port()}/`, [
        { address: '8.8.8.8', family: 4 },
        { address, family },
      ]),
    ).toEqual(failed('ADDRESS_NOT_ALLOWED'));
  });

  it('does not connect to an address in the URL, whatever wrote it there, or without TLS', async () => {
    for (const url of [
      `https://127.0.0.1:${port()}/`,
      `https://[::1]:${port()}/`,
      receiver.url,
      'https://a@b.example/',
    ])
      expect(await strict(url)).toMatchObject({ kind: 'failed', reason: expect.stringMatching(/^url must/) });
    expect(receiver.heard).toEqual([]);
  });

  it('judges what it connects to, and not what the name meant before', async () => {
    let asked = 0;
    const rebinding = () => Promise.resolve(asked++ === 0 ? [{ address: '8.8.8.8', family: 4 }] : LOOPBACK);
    await rebinding(); // whoever looked first saw a public address
    const answer = await send(`https://a.example:${port()}/`, { allowInsecure: false, resolve: rebinding });
    expect(answer).toEqual(failed('ADDRESS_NOT_ALLOWED'));
    expect(asked).toBe(2); // once for the connection: there is no second look that could differ
  });
});
