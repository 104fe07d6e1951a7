import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { alsoAsPage, wantsHtml } from '../http/html-answer.js';
import { existing, idParams } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import type { HttpRoute } from '../http/server.js';
import { sendPage } from '../signed/signed-page.js';

export const getDeletionCertificate: HttpRoute = (app, workspaces) => {
  app.get(
    '/workspace/:id/deletion/certificate',
    {
      config: {
        wording: {
          failed: 'Failed to fetch deletion certificate',
          reasons: {
            INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to see the deletion certificate' },
          },
        },
      },
      schema: {
        operationId: 'getDeletionCertificate',
        summary: 'The deletion certificate; 404 until it exists. HTML where Accept asks for it',
        tags: ['deletions'],
        security: BEARER,
        params: idParams,
        response: alsoAsPage(
          responses(
            200,
            'The deletion certificate',
            z.object({
              ...success,
              certificateId: z.string(),
              jws: z.string().describe('Compact JWS (RFC 7515), EdDSA, by a key of /.well-known/jwks.json'),
            }),
            [400, 401, 403, 404],
          ),
        ),
      },
    },
    async (request, reply) => {
      const { certificateId, jws } = await workspaces.unary(
        (client) => client.getDeletionCertificate,
        {
          caller: callerOf(request),
          workspaceId: existing(request.params.id),
        },
        { requestId: request.id },
      );
      reply.header('vary', 'Accept');
      if (wantsHtml(request.headers.accept)) return sendPage(reply, workspaces, 'certificate', jws);
      return { success: true as const, certificateId, jws };
    },
  );
};
