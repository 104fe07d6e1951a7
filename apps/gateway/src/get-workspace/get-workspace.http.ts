import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { showEtag } from '../http/etag.js';
import { existing, idParams } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import type { HttpRoute } from '../http/server.js';
import { fullWorkspace, toFullWorkspace } from '../workspace/workspace.js';

const NOT_FOUND = { message: 'Workspace not found or access denied' };

export const getWorkspace: HttpRoute = (app, workspaces) => {
  app.get(
    '/workspace/:id',
    {
      config: {
        wording: {
          failed: 'Failed to fetch workspace',
          reasons: {
            USER_NOT_VALIDATED: { status: 404, message: 'User not found' },
            WORKSPACE_NOT_FOUND: NOT_FOUND,
            WORKSPACE_ALREADY_DELETED: NOT_FOUND,
          },
        },
      },
      schema: {
        operationId: 'getWorkspace',
        summary: 'One workspace, its etag also as a header for If-Match',
        tags: ['workspaces'],
        security: BEARER,
        params: idParams,
        querystring: z.object({
          deleted: z
            .string()
            .optional()
            .describe('"true" also finds a deleted workspace, for a caller who may restore it'),
        }),
        response: responses(
          200,
          'The workspace',
          z.object({ ...success, workspace: fullWorkspace }),
          [400, 401, 404],
        ),
      },
    },
    async (request, reply) => {
      const { workspace } = await workspaces.unary(
        (client) => client.getWorkspace,
        {
          caller: callerOf(request),
          workspaceId: existing(request.params.id),
          showDeleted: request.query.deleted === 'true',
        },
        { requestId: request.id },
      );
      const shown = toFullWorkspace(workspace);
      showEtag(reply, shown.etag);
      return { success: true as const, workspace: shown };
    },
  );
};
