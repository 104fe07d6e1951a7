import type { ListDeadLettersRequest, ListDeadLettersResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { organizationIdOf, pageSizeOf, placeOf, tokenOf } from '../requests.js';
import { listDeadLetters } from './list-dead-letters.sql.js';

export const listDeadLettersRpc =
  (pool: Pool) =>
  async (request: ListDeadLettersRequest): Promise<ListDeadLettersResponse> => {
    const size = pageSizeOf(request);
    const rows = await listDeadLetters(pool, organizationIdOf(request, 'all'), placeOf(request), size + 1);
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      deadLetters: page.map((row) => ({
        deliveryId: row.delivery_id,
        webhookId: row.webhook_id,
        organizationId: row.organization_id,
        workspaceId: row.workspace_id,
        eventType: row.event_type,
        eventId: row.event_id,
        eventTime: row.event_time,
        attempts: row.attempts,
        reason: row.last_failure ?? '',
        endTime: row.give_up_time,
      })),
      nextPageToken:
        rows.length > size && last ? tokenOf(last.organization_id, last.give_up_time, last.delivery_id) : '',
    };
  };
