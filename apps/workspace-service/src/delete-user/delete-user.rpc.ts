import { status } from '@grpc/grpc-js';
import type { DeleteUserRequest, DeleteUserResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';

export const deleteUserRpc =
  (_pool: Pool) =>
  (_request: DeleteUserRequest, _context: CallContext): Promise<DeleteUserResponse> =>
    Promise.reject(
      new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'not yet' }),
    );
