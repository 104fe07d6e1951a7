import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { existing, idParams } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import type { HttpRoute } from '../http/server.js';

export const deleteRepository: HttpRoute = (app, workspaces) => {
  app.delete(
    '/repo/:id',
    {
      config: {
        wording: {
          failed: 'Failed to delete repo',
          reasons: {
            INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to delete repo' },
            USER_NOT_VALIDATED: { status: 404, message: 'User not found' },
          },
        },
      },
      schema: {
        operationId: 'deleteRepository',
        summary: 'Delete a repository; its buckets stay',
        tags: ['resources'],
        security: BEARER,
        params: idParams,
        response: responses(200, 'Deleted', z.object(success), [400, 401, 403, 404, 413, 415]),
      },
    },
    async (request) => {
      await workspaces.unary(
        (client) => client.deleteRepository,
        {
          caller: callerOf(request),
          repositoryId: existing(request.params.id),
        },
        { requestId: request.id },
      );
      return { success: true as const };
    },
  );
};
