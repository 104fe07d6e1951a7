import { status } from '@grpc/grpc-js';
import type { ListHoldsRequest, ListHoldsResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';

export const listHoldsRpc =
  (_pool: Pool) =>
  (_request: ListHoldsRequest, _context: CallContext): Promise<ListHoldsResponse> =>
    Promise.reject(
      new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'not yet' }),
    );
