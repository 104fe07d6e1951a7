import { z } from 'zod';
import { holdResource, toHoldResource } from '../hold/hold.js';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { existing, idParams } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import type { HttpRoute } from '../http/server.js';

export const placeHold: HttpRoute = (app, workspaces) => {
  app.put(
    '/workspace/:id/hold',
    {
      config: {
        wording: {
          failed: 'Failed to place hold',
          reasons: { INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to place a hold' } },
        },
      },
      schema: {
        operationId: 'placeHold',
        summary: 'Place a legal hold: while it is in force the workspace is neither deleted nor purged',
        description: 'Repeating one answers the hold in force; another reason of the same origin is 409.',
        tags: ['deletions'],
        security: BEARER,
        params: idParams,
        body: z.object({
          origin: z.string().min(1).describe('Who asks for it: a court, a department'),
          reason: z.string().min(1),
        }),
        response: responses(
          200,
          'In force',
          z.object({ ...success, hold: holdResource }),
          [400, 401, 403, 404, 409, 413, 415],
        ),
      },
    },
    async (request) => {
      const { origin, reason } = request.body;
      const { hold } = await workspaces.unary(
        (client) => client.placeHold,
        {
          caller: callerOf(request),
          workspaceId: existing(request.params.id),
          origin,
          reason,
          placedBy: '',
        },
        { requestId: request.id },
      );
      return { success: true as const, hold: toHoldResource(hold) };
    },
  );
};
