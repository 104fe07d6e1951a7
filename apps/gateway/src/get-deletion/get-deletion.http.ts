import { z } from 'zod';
import { deletionResource, toDeletionResource } from '../deletion/deletion.js';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { existing, idParams } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import type { HttpRoute } from '../http/server.js';

export const getDeletion: HttpRoute = (app, workspaces) => {
  app.get(
    '/workspace/:id/deletion',
    {
      config: {
        wording: {
          failed: 'Failed to fetch deletion',
          reasons: { INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to see the deletion' } },
        },
      },
      schema: {
        operationId: 'getDeletion',
        summary: 'The newest deletion of a workspace: state, times, progress, and what holds it up',
        tags: ['deletions'],
        security: BEARER,
        params: idParams,
        response: responses(
          200,
          'The deletion',
          z.object({ ...success, deletion: deletionResource }),
          [400, 401, 403, 404],
        ),
      },
    },
    async (request) => {
      const { deletion } = await workspaces.unary(
        (client) => client.getDeletion,
        {
          caller: callerOf(request),
          workspaceId: existing(request.params.id),
        },
        { requestId: request.id },
      );
      return { success: true as const, deletion: toDeletionResource(deletion) };
    },
  );
};
