import { status } from '@grpc/grpc-js';
import type { ListAuditEventsRequest, ListAuditEventsResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';

export const listAuditEventsRpc =
  (_pool: Pool) =>
  (_request: ListAuditEventsRequest, _context: CallContext): Promise<ListAuditEventsResponse> =>
    Promise.reject(
      new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'not yet' }),
    );
