import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { existing, idParams } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import type { HttpRoute } from '../http/server.js';

export const activateUser: HttpRoute = (app, workspaces) => {
  app.post(
    '/organization/users/:id/activate',
    {
      config: {
        wording: {
          failed: 'Internal server error',
          reasons: { INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to activate users' } },
        },
      },
      schema: {
        operationId: 'activateUser',
        summary: 'Give a deleted user the access back',
        tags: ['users'],
        security: BEARER,
        params: idParams,
        response: responses(
          200,
          'Activated',
          z.object({ ...success, message: z.literal('User activated successfully') }),
          [400, 401, 403, 404, 413, 415],
        ),
      },
    },
    async (request) => {
      await workspaces.unary(
        (client) => client.activateUser,
        { caller: callerOf(request), userId: existing(request.params.id) },
        { requestId: request.id },
      );
      return { success: true as const, message: 'User activated successfully' as const };
    },
  );
};
