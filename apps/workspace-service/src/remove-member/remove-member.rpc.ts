import { status } from '@grpc/grpc-js';
import type { RemoveMemberRequest, RemoveMemberResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';

export const removeMemberRpc =
  (_pool: Pool) =>
  (_request: RemoveMemberRequest, _context: CallContext): Promise<RemoveMemberResponse> =>
    Promise.reject(
      new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'not yet' }),
    );
