import { status } from '@grpc/grpc-js';
import type { SetDeletionPolicyRequest, SetDeletionPolicyResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';

export const setDeletionPolicyRpc =
  (_pool: Pool) =>
  (_request: SetDeletionPolicyRequest, _context: CallContext): Promise<SetDeletionPolicyResponse> =>
    Promise.reject(
      new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'not yet' }),
    );
