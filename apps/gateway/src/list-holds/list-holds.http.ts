import { z } from 'zod';
import { holdResource, toHoldResource } from '../hold/hold.js';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { existing, idParams } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import { nextPage, paging, toNextPage } from '../http/paging.js';
import type { HttpRoute } from '../http/server.js';

export const listHolds: HttpRoute = (app, workspaces) => {
  app.get(
    '/workspace/:id/hold',
    {
      config: {
        wording: {
          failed: 'Failed to fetch holds',
          reasons: { INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to see holds' } },
        },
      },
      schema: {
        operationId: 'listHolds',
        summary: 'The holds of a workspace, newest first, released ones too',
        tags: ['deletions'],
        security: BEARER,
        params: idParams,
        querystring: z.object(paging),
        response: responses(
          200,
          'The holds',
          z.object({ ...success, holds: z.array(holdResource), ...nextPage }),
          [400, 401, 403, 404],
        ),
      },
    },
    async (request) => {
      const { holds, nextPageToken } = await workspaces.unary(
        (client) => client.listHolds,
        {
          caller: callerOf(request),
          workspaceId: existing(request.params.id),
          pageSize: request.query.pageSize,
          pageToken: request.query.pageToken,
        },
        { requestId: request.id },
      );
      return { success: true as const, holds: holds.map(toHoldResource), ...toNextPage({ nextPageToken }) };
    },
  );
};
