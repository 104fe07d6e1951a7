import { status } from '@grpc/grpc-js';
import type { ListUsersRequest, ListUsersResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';

export const listUsersRpc =
  (_pool: Pool) =>
  (_request: ListUsersRequest, _context: CallContext): Promise<ListUsersResponse> =>
    Promise.reject(
      new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'not yet' }),
    );
