import type { ListHoldsRequest, ListHoldsResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';
import { userOrOperator } from '../allowed-calls.js';
import { keptWorkspace } from '../hold/hold-keeper.js';
import { wireHold } from '../hold/hold.js';
import { pageOf } from '../page.js';
import { pageSizeOf, pageTokenOf, tokenPart, uuidOf } from '../requests.js';
import { listHolds } from './list-holds.sql.js';

/** All of a workspace, released ones too, newest first. */
export const listHoldsRpc =
  (pool: Pool) =>
  async (request: ListHoldsRequest, context: CallContext): Promise<ListHoldsResponse> => {
    const size = pageSizeOf(request);
    const after = pageTokenOf(request, tokenPart.time, tokenPart.uuid);
    const caller = userOrOperator(request, context);
    const { organizationId, workspaceId } = await keptWorkspace(
      pool,
      caller ? { caller } : { operator: context.caller },
      'readHolds',
      uuidOf(request.workspaceId),
    );
    const rows = await listHolds(pool, organizationId, workspaceId, after, size + 1);
    const { page, nextPageToken } = pageOf(rows, size, (last) => [
      last.place_time.toISOString(),
      last.hold_id,
    ]);
    return { holds: page.map(wireHold), nextPageToken };
  };
