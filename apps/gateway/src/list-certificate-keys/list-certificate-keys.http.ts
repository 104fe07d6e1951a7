import { z } from 'zod';
import { responses } from '../http/envelope.js';
import type { HttpRoute } from '../http/server.js';

/** RFC 7517, section 5. What a key consists of is the verifier's business. */
const keySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())) }).meta({ id: 'JsonWebKeySet' });

export const listCertificateKeys: HttpRoute = (app, workspaces) => {
  app.get(
    '/.well-known/jwks.json',
    {
      config: { wording: { failed: 'Failed to fetch certificate keys' } },
      schema: {
        operationId: 'listCertificateKeys',
        summary: 'The public keys of deletion certificates',
        tags: ['deletions'],
        response: responses(200, 'A JSON Web Key Set', keySet, []),
      },
    },
    async (request, reply) => {
      const { jwksJson } = await workspaces.unary(
        (client) => client.listCertificateKeys,
        {},
        { requestId: request.id },
      );
      const keys = keySet.parse(JSON.parse(jwksJson));
      return reply.header('cache-control', 'public, max-age=300').send(keys);
    },
  );
};
