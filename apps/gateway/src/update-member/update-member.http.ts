import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { existing, memberParams } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import type { HttpRoute } from '../http/server.js';
import { fromRole, workspaceRole } from '../workspace/role.js';

export const updateMember: HttpRoute = (app, workspaces) => {
  app.put(
    '/workspace/:id/users/:userId',
    {
      config: {
        wording: {
          failed: 'Failed to update user role',
          reasons: {
            INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to manage workspace users' },
          },
        },
      },
      schema: {
        operationId: 'updateMember',
        summary: 'Change the role of a member; 409 where no ADMIN would be left',
        tags: ['members'],
        security: BEARER,
        params: memberParams,
        body: z.object({ role: workspaceRole }),
        response: responses(200, 'Changed', z.object(success), [400, 401, 403, 404, 409, 413, 415]),
      },
    },
    async (request) => {
      await workspaces.unary(
        (client) => client.updateMember,
        {
          caller: callerOf(request),
          workspaceId: existing(request.params.id),
          userId: existing(request.params.userId),
          role: fromRole(request.body.role),
        },
        { requestId: request.id },
      );
      return { success: true as const };
    },
  );
};
