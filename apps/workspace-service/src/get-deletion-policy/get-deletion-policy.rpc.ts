import { status } from '@grpc/grpc-js';
import type { GetDeletionPolicyRequest, GetDeletionPolicyResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';

export const getDeletionPolicyRpc =
  (_pool: Pool) =>
  (_request: GetDeletionPolicyRequest, _context: CallContext): Promise<GetDeletionPolicyResponse> =>
    Promise.reject(
      new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'not yet' }),
    );
