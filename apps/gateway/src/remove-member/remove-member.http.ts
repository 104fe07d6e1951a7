import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { existing, memberParams } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import type { HttpRoute } from '../http/server.js';

export const removeMember: HttpRoute = (app, workspaces) => {
  app.delete(
    '/workspace/:id/users/:userId',
    {
      config: {
        wording: {
          failed: 'Failed to remove user from workspace',
          reasons: {
            INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to manage workspace users' },
          },
        },
      },
      schema: {
        operationId: 'removeMember',
        summary: 'Take the access of a member away; 409 where no ADMIN would be left',
        tags: ['members'],
        security: BEARER,
        params: memberParams,
        response: responses(200, 'Removed', z.object(success), [400, 401, 403, 404, 409, 413, 415]),
      },
    },
    async (request) => {
      await workspaces.unary(
        (client) => client.removeMember,
        {
          caller: callerOf(request),
          workspaceId: existing(request.params.id),
          userId: existing(request.params.userId),
        },
        { requestId: request.id },
      );
      return { success: true as const };
    },
  );
};
