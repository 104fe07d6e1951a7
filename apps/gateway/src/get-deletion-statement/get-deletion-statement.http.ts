import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { alsoAsPage, wantsHtml } from '../http/html-answer.js';
import { existing, idParams } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import type { HttpRoute } from '../http/server.js';
import { sendPage } from '../signed/signed-page.js';

export const getDeletionStatement: HttpRoute = (app, workspaces) => {
  app.get(
    '/workspace/:id/deletion/statement',
    {
      config: {
        wording: {
          failed: 'Failed to fetch deletion statement',
          reasons: {
            INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to see the deletion statement' },
          },
        },
      },
      schema: {
        operationId: 'getDeletionStatement',
        summary:
          'A signed interim statement of a deletion under way; 409 before the purge and once there is a certificate. HTML where Accept asks for it',
        tags: ['deletions'],
        security: BEARER,
        params: idParams,
        response: alsoAsPage(
          responses(
            200,
            'The statement: never a certificate',
            z.object({
              ...success,
              jws: z.string().describe('Compact JWS (RFC 7515), EdDSA, by a key of /.well-known/jwks.json'),
            }),
            [400, 401, 403, 404, 409],
          ),
        ),
      },
    },
    async (request, reply) => {
      const { jws } = await workspaces.unary(
        (client) => client.getDeletionStatement,
        {
          caller: callerOf(request),
          workspaceId: existing(request.params.id),
        },
        { requestId: request.id },
      );
      reply.header('vary', 'Accept');
      if (wantsHtml(request.headers.accept)) return sendPage(reply, workspaces, 'statement', jws);
      return { success: true as const, jws };
    },
  );
};
