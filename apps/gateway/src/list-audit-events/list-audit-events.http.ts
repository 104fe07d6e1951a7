import { AuditAction, AuditContext } from '@lethe/contracts';
import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses } from '../http/envelope.js';
import { BEARER } from '../http/openapi.js';
import { nextPage, toNextPage } from '../http/paging.js';
import type { HttpRoute } from '../http/server.js';
import { auditEvent, toAuditEvent } from './audit-event.js';
import { auditQuery, toFilters } from './audit-query.js';

const NO_FILTERS = {
  workspaceId: '',
  context: AuditContext.UNSPECIFIED,
  contextId: '',
  action: AuditAction.UNSPECIFIED,
  userId: '',
  fromTime: undefined,
  toTime: undefined,
};

export const listAuditEvents: HttpRoute = (app, workspaces) => {
  app.post(
    '/systemevent',
    {
      config: {
        wording: {
          failed: 'Failed to query system events',
          reasons: {
            INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to query system events' },
            USER_NOT_VALIDATED: { status: 404, message: 'User not found' },
          },
        },
      },
      schema: {
        operationId: 'listAuditEvents',
        summary:
          'The audit, newest first: to administrators of the whole organization, to others what they did',
        tags: ['audit'],
        security: BEARER,
        body: auditQuery,
        response: responses(
          200,
          'The events. The documented API has no "success" here',
          z.object({
            events: z.array(auditEvent),
            total: z.int().describe('Of all pages, counted up to 10000'),
            skip: z.int(),
            take: z.int(),
            ...nextPage,
          }),
          [400, 401, 403, 404, 413, 415],
        ),
      },
    },
    async (request) => {
      const { skip, take, pageToken } = request.body;
      const filters = toFilters(request.body);
      const { events, totalSize, nextPageToken } = await workspaces.unary(
        (client) => client.listAuditEvents,
        // Where nothing can match, workspace-service is asked all the same: who may ask is not decided here.
        { ...(filters ?? NO_FILTERS), caller: callerOf(request), pageSize: take, pageToken, skip },
        { requestId: request.id },
      );
      if (filters === undefined) return { events: [], total: 0, skip, take };
      return {
        events: events.map(toAuditEvent),
        total: totalSize,
        skip,
        take,
        ...toNextPage({ nextPageToken }),
      };
    },
  );
};
