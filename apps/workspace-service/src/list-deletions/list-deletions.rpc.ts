import { status } from '@grpc/grpc-js';
import type { ListDeletionsRequest, ListDeletionsResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';

export const listDeletionsRpc =
  (_pool: Pool) =>
  (_request: ListDeletionsRequest, _context: CallContext): Promise<ListDeletionsResponse> =>
    Promise.reject(
      new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'not yet' }),
    );
