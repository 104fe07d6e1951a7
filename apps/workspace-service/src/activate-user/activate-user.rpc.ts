import { status } from '@grpc/grpc-js';
import type { ActivateUserRequest, ActivateUserResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';

export const activateUserRpc =
  (_pool: Pool) =>
  (_request: ActivateUserRequest, _context: CallContext): Promise<ActivateUserResponse> =>
    Promise.reject(
      new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'not yet' }),
    );
