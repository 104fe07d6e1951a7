import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { existing, ofWorkspace } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import { nextPage, paging, toNextPage } from '../http/paging.js';
import type { HttpRoute } from '../http/server.js';
import { toWireTime, wireTime } from '../http/wire-time.js';

const bucket = z
  .object({ id: z.string(), name: z.string(), workspaceId: z.string(), createdAt: wireTime.optional() })
  .meta({ id: 'Bucket' });

export const listBuckets: HttpRoute = (app, workspaces) => {
  app.get(
    '/bucket',
    {
      config: {
        wording: {
          failed: 'Failed to fetch buckets',
          reasons: { USER_NOT_VALIDATED: { status: 404, message: 'User not found' } },
        },
      },
      schema: {
        operationId: 'listBuckets',
        summary: 'The buckets the caller may see',
        tags: ['resources'],
        security: BEARER,
        querystring: z.object({ ...ofWorkspace, ...paging }),
        response: responses(
          200,
          'The buckets',
          z.object({ ...success, buckets: z.array(bucket), ...nextPage }),
          [400, 401, 403, 404],
        ),
      },
    },
    async (request) => {
      const { buckets, nextPageToken } = await workspaces.unary(
        (client) => client.listBuckets,
        {
          caller: callerOf(request),
          workspaceId: existing(request.query.workspaceId),
          pageSize: request.query.pageSize,
          pageToken: request.query.pageToken,
        },
        { requestId: request.id },
      );
      return {
        success: true as const,
        buckets: buckets.map(({ bucketId, name, workspaceId, createTime }) => ({
          id: bucketId,
          name,
          workspaceId,
          createdAt: toWireTime(createTime),
        })),
        ...toNextPage({ nextPageToken }),
      };
    },
  );
};
