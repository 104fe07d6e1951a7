import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { ifMatch, showEtag } from '../http/etag.js';
import { existing, idParams } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import { resourceName } from '../http/resource-name.js';
import type { HttpRoute } from '../http/server.js';
import { briefWorkspace, toBriefWorkspace } from '../workspace/workspace.js';

const body = z.object({
  name: resourceName.optional(),
  default: z.boolean().optional().describe('Whether it is the default workspace of its organization'),
});

export const updateWorkspace: HttpRoute = (app, workspaces) => {
  app.put(
    '/workspace/:id',
    {
      config: {
        wording: {
          failed: 'Failed to update workspace',
          reasons: { INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to update workspace' } },
        },
      },
      schema: {
        operationId: 'updateWorkspace',
        summary: 'Rename a workspace, or make it the default one; what is left out stays',
        tags: ['workspaces'],
        security: BEARER,
        params: idParams,
        headers: z.object({
          'if-match': ifMatch.optional().describe('Changes it only if the workspace still has this etag'),
        }),
        body,
        response: responses(
          200,
          'Updated; its new etag is a header',
          z.object({ ...success, workspace: briefWorkspace }),
          [400, 401, 403, 404, 412, 413, 415],
        ),
      },
    },
    async (request, reply) => {
      const { workspace } = await workspaces.unary(
        (client) => client.updateWorkspace,
        {
          caller: callerOf(request),
          workspaceId: existing(request.params.id),
          name: request.body.name,
          isDefault: request.body.default,
          etag: request.headers['if-match'] ?? '',
        },
        { requestId: request.id },
      );
      const brief = toBriefWorkspace(workspace);
      showEtag(reply, workspace?.etag ?? '');
      return { success: true as const, workspace: brief };
    },
  );
};
