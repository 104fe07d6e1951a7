import { z } from 'zod';
import { responses, success } from '../http/envelope.js';
import { unavailable } from '../http/error-mapping.js';
import type { HttpServer } from '../http/server.js';

/** What an answer depends on: each probe rejects while its dependency is away. */
export type Probes = Readonly<Record<string, () => Promise<unknown>>>;

const ok = z.object(success);
const unlimited = { config: { rateLimit: false as const, quiet: true } };
const operation = (operationId: string, summary: string) => ({ operationId, summary, tags: ['operations'] });

/** /healthz: the process lives. /readyz: what it depends on answers. Neither needs a token. What is measured is not for the world. */
export function reportHealth(app: HttpServer, probes: Probes): void {
  app.get(
    '/healthz',
    {
      ...unlimited,
      schema: {
        ...operation('getHealth', 'The process lives'),
        response: responses(200, 'It does', ok, [], []),
      },
    },
    () => ({ success: true as const }),
  );
  app.get(
    '/readyz',
    {
      ...unlimited,
      schema: {
        ...operation('getReadiness', 'What this service depends on answers'),
        response: responses(200, 'It does', ok, [503], []),
      },
    },
    async (_request, reply) => {
      const away = await failing(probes);
      if (away.length === 0) return { success: true as const };
      const { status, body, headers = {} } = unavailable(`Away: ${away.join(', ')}`, 'NOT_READY');
      return reply
        .code(status as 503)
        .headers(headers)
        .send(body);
    },
  );
}

async function failing(probes: Probes): Promise<string[]> {
  const results = await Promise.all(
    Object.entries(probes).map(([name, probe]) =>
      probe().then(
        () => [],
        () => [name],
      ),
    ),
  );
  return results.flat();
}
