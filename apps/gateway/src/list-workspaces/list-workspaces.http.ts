import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { BEARER } from '../http/openapi.js';
import { nextPage, paging, toNextPage } from '../http/paging.js';
import type { HttpRoute } from '../http/server.js';
import { fullWorkspace, toFullWorkspace } from '../workspace/workspace.js';

export const listWorkspaces: HttpRoute = (app, workspaces) => {
  app.get(
    '/workspace',
    {
      config: {
        wording: {
          failed: 'Failed to fetch workspaces',
          reasons: { USER_NOT_VALIDATED: { status: 404, message: 'User not found' } },
        },
      },
      schema: {
        operationId: 'listWorkspaces',
        summary:
          'The workspaces the caller is a member of, or the bin: deleted ones that the caller may restore',
        tags: ['workspaces'],
        security: BEARER,
        querystring: z.object({
          deleted: z.string().optional().describe('"true" asks for the bin instead'),
          ...paging,
        }),
        response: responses(
          200,
          'The workspaces',
          z.object({ ...success, workspaces: z.array(fullWorkspace), ...nextPage }),
          [400, 401, 404],
        ),
      },
    },
    async (request) => {
      const { deleted, ...page } = request.query;
      const { workspaces: found, nextPageToken } = await workspaces.unary(
        (client) => client.listWorkspaces,
        { caller: callerOf(request), ...page, onlyDeleted: deleted === 'true' },
        { requestId: request.id },
      );
      return {
        success: true as const,
        workspaces: found.map(toFullWorkspace),
        ...toNextPage({ nextPageToken }),
      };
    },
  );
};
