import type { Repository } from '@lethe/contracts';
import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { existing, ofWorkspace } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import { nextPage, paging, toNextPage } from '../http/paging.js';
import type { HttpRoute } from '../http/server.js';
import { toWireTime, wireTime } from '../http/wire-time.js';

const repo = z
  .object({
    id: z.string(),
    name: z.string(),
    workspaceId: z.string(),
    buckets: z.array(z.object({ bucketId: z.string() })),
    createdAt: wireTime.optional(),
  })
  .meta({ id: 'Repo' });

export const listRepositories: HttpRoute = (app, workspaces) => {
  app.get(
    '/repo',
    {
      config: {
        wording: {
          failed: 'Failed to fetch repos',
          reasons: { USER_NOT_VALIDATED: { status: 404, message: 'User not found' } },
        },
      },
      schema: {
        operationId: 'listRepositories',
        summary: 'The repositories the caller may see',
        tags: ['resources'],
        security: BEARER,
        querystring: z.object({
          ...ofWorkspace,
          repoId: z
            .string()
            .optional()
            .transform((text) => (text === 'undefined' ? '' : (text ?? '')))
            .describe('Only this one, whatever the page: clients take the first of the answer'),
          ...paging,
        }),
        response: responses(
          200,
          'The repositories',
          z.object({ ...success, repos: z.array(repo), ...nextPage }),
          [400, 401, 403, 404],
        ),
      },
    },
    async (request) => {
      const { repoId, workspaceId, pageSize, pageToken } = request.query;
      const { repositories, nextPageToken } = await workspaces.unary(
        (client) => client.listRepositories,
        {
          caller: callerOf(request),
          workspaceId: existing(workspaceId),
          repositoryId: existing(repoId),
          pageSize,
          pageToken,
        },
        { requestId: request.id },
      );
      return {
        success: true as const,
        repos: repositories.map(toRepo),
        ...toNextPage({ nextPageToken }),
      };
    },
  );
};

function toRepo({
  repositoryId,
  name,
  workspaceId,
  bucketIds,
  createTime,
}: Repository): z.output<typeof repo> {
  return {
    id: repositoryId,
    name,
    workspaceId,
    buckets: bucketIds.map((bucketId) => ({ bucketId })),
    createdAt: toWireTime(createTime),
  };
}
