import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A network between a client and a server that a test can take away: what lies behind the port is real. */
export interface Proxy {
  /** `host:port` for the client; the same before and after a cut. */
  readonly address: string;
  /** Breaks every connection and refuses new ones. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** Keeps every connection open and lets nothing through any more: a peer that is gone without a word. */
  mute(): void;
  close(): Promise<void>;
}

/** @param target `host:port` of the server. */
export async function createProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(`tcp://${target}`);
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    [client, upstream].forEach(track);
    client.pipe(upstream).pipe(client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  const listen = (at: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(at, '127.0.0.1', resolve);
    });
  await listen(0);
  const own = (server.address() as AddressInfo).port;
  const cut = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  const mute = () => {
    for (const socket of sockets) socket.unpipe().pause();
  };
  return { address: `127.0.0.1:${own}`, cut, mute, mend: () => listen(own), close: cut };
}
