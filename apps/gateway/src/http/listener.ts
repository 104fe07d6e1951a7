import type { AddressInfo } from 'node:net';
import type { Component } from '@lethe/service';
import type { HttpServer } from './server.js';

const IDLE_MS = 100;

export interface Listener extends Component {
  /** `host:port` it really listens on, once started. */
  readonly address: string;
}

/** A server that is built when it starts. Stopping lets the requests under way finish. */
export function createListener(listen: string, build: () => Promise<HttpServer>): Listener {
  const { hostname, port } = new URL(`http://${listen}`);
  let address = listen;
  let app: HttpServer | undefined;
  return {
    name: 'http',
    get address() {
      return address;
    },
    async start() {
      app = await build();
      await app.listen({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) });
      address = `${hostname}:${(app.server.address() as AddressInfo).port}`;
    },
    async stop() {
      if (app === undefined) return;
      const { server } = app;
      // An answer that was under way leaves its connection open for the next request, which will not come.
      const idle = setInterval(() => {
        server.closeIdleConnections();
      }, IDLE_MS);
      await app.close().finally(() => {
        clearInterval(idle);
      });
    },
  };
}
