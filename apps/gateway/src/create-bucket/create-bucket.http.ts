import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { existing } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import { resourceName } from '../http/resource-name.js';
import type { HttpRoute } from '../http/server.js';

/** Clients send more (a provider, its credentials): that is not Lethe's, and is dropped unread. */
const body = z.object({ name: resourceName, workspaceId: z.string().min(1) });

export const createBucket: HttpRoute = (app, workspaces) => {
  app.post(
    '/bucket',
    {
      config: {
        wording: {
          failed: 'Failed to create bucket',
          reasons: { INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to create buckets' } },
        },
      },
      schema: {
        operationId: 'createBucket',
        summary: 'Create a bucket in a workspace',
        tags: ['resources'],
        security: BEARER,
        body,
        response: responses(
          200,
          'Created',
          z.object({ ...success, bucketId: z.string() }),
          [400, 401, 403, 404, 413, 415],
        ),
      },
    },
    async (request) => {
      const { bucket } = await workspaces.unary(
        (client) => client.createBucket,
        {
          caller: callerOf(request),
          workspaceId: existing(request.body.workspaceId),
          name: request.body.name,
        },
        { requestId: request.id },
      );
      if (bucket === undefined) throw new TypeError('workspace-service answered without a bucket');
      return { success: true as const, bucketId: bucket.bucketId };
    },
  );
};
