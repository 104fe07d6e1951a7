import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { existing, idParams } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import type { HttpRoute } from '../http/server.js';

export const deleteBucket: HttpRoute = (app, workspaces) => {
  app.delete(
    '/bucket/:id',
    {
      config: {
        wording: {
          failed: 'Failed to delete bucket',
          reasons: {
            INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to delete bucket' },
            USER_NOT_VALIDATED: { status: 404, message: 'User not found' },
          },
        },
      },
      schema: {
        operationId: 'deleteBucket',
        summary: 'Delete a bucket that no repository uses',
        tags: ['resources'],
        security: BEARER,
        params: idParams,
        response: responses(200, 'Deleted', z.object(success), [400, 401, 403, 404, 413, 415]),
      },
    },
    async (request) => {
      await workspaces.unary(
        (client) => client.deleteBucket,
        { caller: callerOf(request), bucketId: existing(request.params.id) },
        { requestId: request.id },
      );
      return { success: true as const };
    },
  );
};
