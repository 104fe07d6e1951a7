import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { existing, idParams } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import type { HttpRoute } from '../http/server.js';

export const deleteUser: HttpRoute = (app, workspaces) => {
  app.delete(
    '/organization/users/:id',
    {
      config: {
        wording: {
          failed: 'Internal server error',
          reasons: { INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to delete users' } },
        },
      },
      schema: {
        operationId: 'deleteUser',
        summary: 'Take from a user all access to the organization; activation undoes it',
        tags: ['users'],
        security: BEARER,
        params: idParams,
        response: responses(
          200,
          'Deleted',
          z.object({
            ...success,
            message: z.literal('User deleted successfully'),
            orphanedWorkspaceIds: z
              .array(z.string())
              .optional()
              .describe('Workspaces that nobody has access to any more; not there when there are none'),
          }),
          [400, 401, 403, 404, 413, 415],
        ),
      },
    },
    async (request) => {
      const { orphanedWorkspaceIds } = await workspaces.unary(
        (client) => client.deleteUser,
        { caller: callerOf(request), userId: existing(request.params.id) },
        { requestId: request.id },
      );
      return {
        success: true as const,
        message: 'User deleted successfully' as const,
        ...(orphanedWorkspaceIds.length > 0 && { orphanedWorkspaceIds }),
      };
    },
  );
};
