import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { existing, MAX_ID_LENGTH } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import { resourceName } from '../http/resource-name.js';
import type { HttpRoute } from '../http/server.js';

const MAX_BUCKETS = 100;
const bucketId = z.string().min(1).max(MAX_ID_LENGTH);

/** The documented body names its buckets in `repoBuckets`; `bucketIds` is the short form. What else clients send is dropped unread. */
const body = z.object({
  name: resourceName,
  workspaceId: z.string().min(1),
  repoBuckets: z.array(z.object({ bucketId })).max(MAX_BUCKETS).optional(),
  bucketIds: z.array(bucketId).max(MAX_BUCKETS).optional(),
});

export const createRepository: HttpRoute = (app, workspaces) => {
  app.post(
    '/repo',
    {
      config: {
        wording: {
          failed: 'Failed to create repo',
          reasons: { INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to create repos' } },
        },
      },
      schema: {
        operationId: 'createRepository',
        summary: 'Create a repository over buckets of its workspace',
        tags: ['resources'],
        security: BEARER,
        body,
        response: responses(
          200,
          'Created',
          z.object({ ...success, repoId: z.string() }),
          [400, 401, 403, 404, 413, 415],
        ),
      },
    },
    async (request) => {
      const { name, workspaceId, repoBuckets = [], bucketIds = [] } = request.body;
      const named = new Set([...repoBuckets.map((one) => one.bucketId), ...bucketIds]);
      const { repository } = await workspaces.unary(
        (client) => client.createRepository,
        {
          caller: callerOf(request),
          workspaceId: existing(workspaceId),
          name,
          bucketIds: [...named],
        },
        { requestId: request.id },
      );
      if (repository === undefined) throw new TypeError('workspace-service answered without a repository');
      return { success: true as const, repoId: repository.repositoryId };
    },
  );
};
