import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { BEARER } from '../http/openapi.js';
import { nextPage, paging, toNextPage } from '../http/paging.js';
import type { HttpRoute } from '../http/server.js';
import { organizationUser, toOrganizationUser } from './organization-user.js';

export const listUsers: HttpRoute = (app, workspaces) => {
  app.get(
    '/organization/users',
    {
      config: {
        wording: {
          failed: 'Failed to fetch users',
          reasons: {
            INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to list users' },
            USER_NOT_VALIDATED: { status: 404, message: 'User not found' },
          },
        },
      },
      schema: {
        operationId: 'listUsers',
        summary: 'The users of the organization',
        tags: ['users'],
        security: BEARER,
        querystring: z.object({
          deleted: z.string().optional().describe('"true" also lists those who were deleted'),
          ...paging,
        }),
        response: responses(
          200,
          'The users',
          z.object({
            ...success,
            data: z.array(organizationUser),
            total: z.int().describe('Of all pages'),
            ...nextPage,
          }),
          [400, 401, 403, 404],
        ),
      },
    },
    async (request) => {
      const { deleted, pageSize, pageToken } = request.query;
      const { users, totalSize, nextPageToken } = await workspaces.unary(
        (client) => client.listUsers,
        { caller: callerOf(request), pageSize, pageToken, showDeleted: deleted === 'true' },
        { requestId: request.id },
      );
      return {
        success: true as const,
        data: users.map(toOrganizationUser),
        total: totalSize,
        ...toNextPage({ nextPageToken }),
      };
    },
  );
};
