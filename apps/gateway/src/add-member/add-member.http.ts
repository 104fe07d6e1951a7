import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { existing, idParams } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import type { HttpRoute } from '../http/server.js';
import { fromRole, workspaceRole } from '../workspace/role.js';

export const addMember: HttpRoute = (app, workspaces) => {
  app.post(
    '/workspace/:id/users',
    {
      config: {
        wording: {
          failed: 'Failed to add user to workspace',
          reasons: {
            INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to manage workspace users' },
          },
        },
      },
      schema: {
        operationId: 'addMember',
        summary: 'Give a user of the organization access to a workspace; 409 to a member already',
        tags: ['members'],
        security: BEARER,
        params: idParams,
        body: z.object({ userId: z.string().min(1), role: workspaceRole }),
        response: responses(200, 'Added', z.object(success), [400, 401, 403, 404, 409, 413, 415]),
      },
    },
    async (request) => {
      await workspaces.unary(
        (client) => client.addMember,
        {
          caller: callerOf(request),
          workspaceId: existing(request.params.id),
          userId: existing(request.body.userId),
          role: fromRole(request.body.role),
        },
        { requestId: request.id },
      );
      return { success: true as const };
    },
  );
};
