import { z } from 'zod';
import { deletionPolicy, toDeletionPolicy } from '../policy/deletion-policy.js';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { BEARER } from '../http/openapi.js';
import type { HttpRoute } from '../http/server.js';

export const getDeletionPolicy: HttpRoute = (app, workspaces) => {
  app.get(
    '/organization/deletion-policy',
    {
      config: {
        wording: {
          failed: 'Failed to fetch deletion policy',
          reasons: {
            INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to see the deletion policy' },
          },
        },
      },
      schema: {
        operationId: 'getDeletionPolicy',
        summary: 'When deleted workspaces of the organization are purged; 404: never, for want of a policy',
        tags: ['deletions'],
        security: BEARER,
        response: responses(
          200,
          'The policy',
          z.object({ ...success, policy: deletionPolicy }),
          [400, 401, 403, 404],
        ),
      },
    },
    async (request) => {
      const { policy } = await workspaces.unary(
        (client) => client.getDeletionPolicy,
        { caller: callerOf(request) },
        { requestId: request.id },
      );
      return { success: true as const, policy: toDeletionPolicy(policy) };
    },
  );
};
