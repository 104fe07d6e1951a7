import type { ListWebhooksRequest, ListWebhooksResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { organizationIdOf, pageSizeOf, placeOf, tokenOf } from '../requests.js';
import { wireWebhook } from '../webhook/webhook.js';
import { listWebhooks } from './list-webhooks.sql.js';

export const listWebhooksRpc =
  (pool: Pool) =>
  async (request: ListWebhooksRequest): Promise<ListWebhooksResponse> => {
    const size = pageSizeOf(request);
    const rows = await listWebhooks(pool, organizationIdOf(request, 'all'), placeOf(request), size + 1);
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      webhooks: page.map(wireWebhook),
      nextPageToken:
        rows.length > size && last ? tokenOf(last.organization_id, last.create_time, last.webhook_id) : '',
    };
  };
