import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from '@lethe/telemetry';
import type { Component } from './component.js';

export interface AdminServer extends Component {
  readonly address: string;
}

/** What readiness depends on: each probe rejects while its dependency is away. */
export type ReadinessProbes = Readonly<Record<string, () => Promise<unknown>>>;

/** `/healthz` (the process lives), `/readyz` (its dependencies answer), `/metrics` (Prometheus). */
export function createAdminServer(listen: string, metrics: Metrics, probes: ReadinessProbes): AdminServer {
  const { hostname, port } = new URL(`http://${listen}`);
  let address = listen;
  let starting: Promise<void> | undefined;
  let stopped = false;
  const server: Server = createServer((request, response) => {
    const answer = async (): Promise<[number, string, string]> => {
      switch (request.url) {
        case '/healthz':
          return [200, 'text/plain', 'ok\n'];
        case '/readyz': {
          const away = await failing(probes);
          return away.length === 0
            ? [200, 'text/plain', 'ready\n']
            : [503, 'text/plain', `away: ${away.join(', ')}\n`];
        }
        case '/metrics':
          return [200, metrics.registry.contentType, await metrics.registry.metrics()];
        default:
          return [404, 'text/plain', 'here are /healthz, /readyz and /metrics\n'];
      }
    };
    answer().then(
      ([code, type, body]) => response.writeHead(code, { 'content-type': type }).end(body),
      () => response.writeHead(500).end(),
    );
  });
  return {
    name: 'admin',
    get address() {
      return address;
    },
    start() {
      if (!stopped) starting ??= listenOn();
      return starting ?? Promise.resolve();
    },
    async stop() {
      stopped = true;
      await starting?.catch(() => undefined);
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
    },
  };

  function listenOn(): Promise<void> {
    return new Promise((resolve, reject) => {
      server.on('error', reject); // after the start there is nobody to tell, and no reason to end the process
      // a URL writes IPv6 in brackets, a socket does not
      server.listen(Number(port || 80), hostname.replace(/^\[|\]$/g, ''), () => {
        address = `${hostname}:${(server.address() as AddressInfo).port}`;
        resolve();
      });
    });
  }
}

const PROBE_MS = 2_000;

async function failing(probes: ReadinessProbes): Promise<string[]> {
  const results = await Promise.all(
    Object.entries(probes).map(async ([name, probe]) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(reject, PROBE_MS, new Error('late'));
      });
      const ok = await Promise.race([probe(), late]).then(
        () => true,
        () => false,
      );
      clearTimeout(timer);
      return ok ? [] : [name];
    }),
  );
  return results.flat();
}
