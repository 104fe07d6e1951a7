import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { idempotencyKey } from '../http/idempotency-key.js';
import { existing, idParams } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import type { HttpRoute } from '../http/server.js';
import { fullWorkspace, toFullWorkspace } from '../workspace/workspace.js';

export const restoreWorkspace: HttpRoute = (app, workspaces) => {
  app.post(
    '/workspace/:id/restore',
    {
      config: {
        wording: {
          failed: 'Failed to restore workspace',
          reasons: { INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to restore workspace' } },
        },
      },
      schema: {
        operationId: 'restoreWorkspace',
        summary: 'Bring a deleted workspace back, members and roles as they were; 409 once it is too late',
        tags: ['deletions'],
        security: BEARER,
        params: idParams,
        headers: z.object({ 'idempotency-key': idempotencyKey }),
        response: responses(
          200,
          'Restored',
          z.object({
            ...success,
            workspace: fullWorkspace,
            omittedUserIds: z.array(z.string()).describe('Members who were revoked meanwhile and stay out'),
          }),
          [400, 401, 403, 404, 409, 413, 415, 422],
        ),
      },
    },
    async (request) => {
      const { workspace, omittedUserIds } = await workspaces.unary(
        (client) => client.restoreWorkspace,
        {
          caller: callerOf(request),
          workspaceId: existing(request.params.id),
          idempotencyKey: request.headers['idempotency-key'] ?? '',
        },
        { requestId: request.id },
      );
      return { success: true as const, workspace: toFullWorkspace(workspace), omittedUserIds };
    },
  );
};
