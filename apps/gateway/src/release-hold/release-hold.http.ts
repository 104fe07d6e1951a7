import { status } from '@grpc/grpc-js';
import { RefusalError } from '@lethe/outcome';
import { z } from 'zod';
import { holdResource, toHoldResource } from '../hold/hold.js';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { existing, idParams } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import type { HttpRoute } from '../http/server.js';

const origin = z.string().min(1);

export const releaseHold: HttpRoute = (app, workspaces) => {
  app.delete(
    '/workspace/:id/hold',
    {
      config: {
        wording: {
          failed: 'Failed to release hold',
          reasons: { INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to release a hold' } },
        },
      },
      schema: {
        operationId: 'releaseHold',
        summary: 'Release the hold of an origin; it stays in the list, with who released it',
        tags: ['deletions'],
        security: BEARER,
        params: idParams,
        querystring: z.object({
          origin: origin
            .optional()
            .transform((text) => (text === 'undefined' ? undefined : text))
            .describe('For clients that send no body with DELETE'),
        }),
        body: z.object({ origin: origin.optional().describe('Whose hold to release') }).nullish(),
        response: responses(
          200,
          'Released',
          z.object({ ...success, hold: holdResource }),
          [400, 401, 403, 404, 413, 415],
        ),
      },
    },
    async (request) => {
      const { hold } = await workspaces.unary(
        (client) => client.releaseHold,
        {
          caller: callerOf(request),
          workspaceId: existing(request.params.id),
          origin: theOrigin(request.body?.origin, request.query.origin),
          holdId: '',
          releasedBy: '',
        },
        { requestId: request.id },
      );
      return { success: true as const, hold: toHoldResource(hold) };
    },
  );
};

/** Named once, or twice alike: a hold is never released on a guess. */
function theOrigin(inBody: string | undefined, inQuery: string | undefined): string {
  const named = inBody ?? inQuery;
  if (named === undefined) throw unclear('body.origin: say whose hold to release, there or as ?origin=');
  if (inQuery !== undefined && inQuery !== named)
    throw unclear('body.origin: is another than the one of the query');
  return named;
}

const unclear = (message: string) =>
  new RefusalError({ code: status.INVALID_ARGUMENT, reason: 'INVALID_ARGUMENT', message });
