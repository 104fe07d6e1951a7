import { z } from 'zod';
import { responses } from '../http/envelope.js';
import type { HttpServer } from '../http/server.js';

/** OpenAPI 3.1 out of the very schemas that check requests and answers. The page is /docs. */
export function serveOpenApi(app: HttpServer): void {
  app.get(
    '/openapi.json',
    {
      schema: {
        operationId: 'getOpenApi',
        summary: 'This description, as OpenAPI 3.1',
        tags: ['operations'],
        response: responses(200, 'An OpenAPI document', z.record(z.string(), z.unknown()), [429], []),
      },
    },
    () => app.swagger() as unknown as Record<string, unknown>,
  );
}
