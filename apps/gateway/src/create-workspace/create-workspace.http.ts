import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { BEARER } from '../http/openapi.js';
import { resourceName } from '../http/resource-name.js';
import type { HttpRoute } from '../http/server.js';
import { briefWorkspace, toBriefWorkspace } from '../workspace/workspace.js';

export const createWorkspace: HttpRoute = (app, workspaces) => {
  app.post(
    '/workspace',
    {
      config: {
        wording: {
          failed: 'Failed to create workspace',
          reasons: { INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to create workspaces' } },
        },
      },
      schema: {
        operationId: 'createWorkspace',
        summary: 'Create a workspace; its creator becomes its ADMIN',
        tags: ['workspaces'],
        security: BEARER,
        body: z.object({ name: resourceName }),
        response: responses(
          201,
          'Created',
          z.object({ ...success, workspace: briefWorkspace }),
          [400, 401, 403, 413, 415],
        ),
      },
    },
    async (request, reply) => {
      const { workspace } = await workspaces.unary(
        (client) => client.createWorkspace,
        { caller: callerOf(request), name: request.body.name },
        { requestId: request.id },
      );
      return reply.code(201).send({ success: true, workspace: toBriefWorkspace(workspace) });
    },
  );
};
