import { Readable } from 'node:stream';
import { status } from '@grpc/grpc-js';
import type { WatchDeletionResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Logger } from '@lethe/telemetry';
import { z } from 'zod';
import { believedUntilMs, callerOf } from '../http/authentication.js';
import { responses } from '../http/envelope.js';
import { existing, idParams } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import type { HttpRoute } from '../http/server.js';
import { eventStream, isEventId, soonest } from './event-stream.js';
import { createWatches } from './watches.js';

export interface WatchTiming {
  /** Between two comments, which keep proxies from ending a silent connection. */
  readonly heartbeatMs: number;
  /** How long a new watcher waits for the first event before it is told to come again. */
  readonly firstEventMs: number;
  /** How long one that resumes waits: nothing may have changed, then the stream begins without an event. */
  readonly resumedEventMs: number;
}

const DESCRIPTION = `Server-Sent Events: \`event: deletion\`, \`data:\` the deletion as GET …/deletion has it, \`id:\` for Last-Event-ID.
The state of now comes first, unless Last-Event-ID names it. The stream ends after a final state (\`restored\`, \`purged\`), and also
when the token expires, the gateway stops, or workspace-service is away: whoever has not seen a final state connects again.

204, to whoever names the last event there will be, is the one exception to the rule that no answer of this API is a 204: it is the
one status at which an EventSource stops connecting again, and no client that needs a body of \`application/json\` watches.`;

/** Described as the text that it is, and sent piece by piece. */
const stream = z.string() as z.ZodType as z.ZodType<Readable>;

const EVENTS = {
  200: {
    description: 'The events, until a final state',
    content: { 'text/event-stream': { schema: stream } },
  },
  204: z.null().describe('The event of Last-Event-ID was the last one: do not connect again'),
};

export const watchDeletion =
  ({ heartbeatMs, firstEventMs, resumedEventMs }: WatchTiming, logger: Logger): HttpRoute =>
  (app, workspaces) => {
    const watches = createWatches();
    app.addHook('preClose', (done) => {
      watches.endAll();
      done();
    });
    app.get(
      '/workspace/:id/deletion/events',
      {
        config: {
          wording: {
            failed: 'Failed to watch deletion',
            reasons: {
              INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to see the deletion' },
            },
          },
        },
        schema: {
          operationId: 'watchDeletion',
          summary: 'The newest deletion of a workspace as it changes',
          description: DESCRIPTION,
          tags: ['deletions'],
          security: BEARER,
          params: idParams,
          headers: z.object({
            'last-event-id': z
              .string()
              .optional()
              .transform((text = '') => (isEventId(text) ? text : ''))
              .describe('The id of the last event seen; what is none is taken for absent'),
          }),
          response: { ...responses(200, '', z.string(), [400, 401, 403, 404]), ...EVENTS },
        },
      },
      async (request, reply) => {
        const lastEventId = request.headers['last-event-id'];
        const call = workspaces.stream(
          (client) => client.watchDeletion,
          {
            caller: callerOf(request),
            workspaceId: existing(request.params.id),
            lastEventId,
          },
          { requestId: request.id },
        );
        call.on('error', () => undefined); // whoever waits for the next answer hears of it
        const ended = watches.begin(reply.raw, believedUntilMs(request));
        ended.addEventListener('abort', () => {
          call.cancel();
        });

        // Before the first event a refusal is an answer like any other.
        const answers: AsyncIterator<WatchDeletionResponse> = call[Symbol.asyncIterator]();
        const first = answers.next();
        const begun = await soonest(first, lastEventId === '' ? firstEventMs : resumedEventMs, ended);
        if (begun === 'ended' || (begun === 'silence' && lastEventId === '')) {
          call.cancel();
          throw away(begun);
        }
        if (begun !== 'silence' && begun.done) {
          if (lastEventId === '') throw new TypeError('workspace-service ended a watch without a deletion');
          return reply.code(204).send(null);
        }
        const about = { requestId: request.id };
        const events = eventStream({ first, answers, heartbeatMs, ended, logger, about });
        return reply
          .header('content-type', 'text/event-stream; charset=utf-8')
          .header('x-accel-buffering', 'no')
          .send(Readable.from(events));
      },
    );
  };

const away = (why: 'silence' | 'ended') =>
  new RefusalError({ code: status.UNAVAILABLE, reason: 'UNAVAILABLE', message: `no event: ${why}` });
