import { status } from '@grpc/grpc-js';
import { RefusalError } from '@lethe/outcome';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { ifMatch } from '../http/etag.js';
import { idempotencyKey } from '../http/idempotency-key.js';
import { existing, idParams } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import type { HttpRoute } from '../http/server.js';

export const deleteWorkspace: HttpRoute = (app, workspaces) => {
  app.delete(
    '/workspace/:id',
    {
      config: {
        wording: {
          failed: 'Failed to delete workspace',
          reasons: { INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to delete workspace' } },
        },
      },
      schema: {
        operationId: 'deleteWorkspace',
        summary: 'Delete a workspace: invisible at once, restorable until its purge time',
        description: 'Takes no query: a request with one is refused with 400, and deletes nothing.',
        tags: ['workspaces'],
        security: BEARER,
        params: idParams,
        headers: z.object({
          'if-match': ifMatch.optional().describe('Deletes only if the workspace still has this etag'),
          'idempotency-key': idempotencyKey,
        }),
        response: responses(200, 'Deleted', z.object(success), [400, 401, 403, 404, 409, 412, 413, 415, 422]),
      },
    },
    async (request) => {
      refuseQuery(request);
      await workspaces.unary(
        (client) => client.deleteWorkspace,
        {
          caller: callerOf(request),
          workspaceId: existing(request.params.id),
          etag: request.headers['if-match'] ?? '',
          idempotencyKey: request.headers['idempotency-key'] ?? '',
        },
        { requestId: request.id },
      );
      return { success: true as const };
    },
  );
};

/** What clients write where they have nothing to say: `name=undefined`. */
const SAYS_NOTHING = /^[^?]*\?[A-Za-z]+=undefined(&[A-Za-z]+=undefined)*$/;

/**
 * Clients do not encode ids, and send no query here: one is the rest of an id with a `?` in it, and what stands before it may be the
 * id of another workspace. Looks at the URL, for not everything behind a `?` is a field of a query.
 */
function refuseQuery({ url }: FastifyRequest): void {
  if (/\?./.test(url) && !SAYS_NOTHING.test(url))
    throw new RefusalError({
      code: status.INVALID_ARGUMENT,
      reason: 'INVALID_ARGUMENT',
      message: 'DELETE /workspace/{id} takes no query; a "?" in an id must be sent as %3F',
    });
}
