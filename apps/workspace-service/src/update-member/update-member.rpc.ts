import { status } from '@grpc/grpc-js';
import type { UpdateMemberRequest, UpdateMemberResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';

export const updateMemberRpc =
  (_pool: Pool) =>
  (_request: UpdateMemberRequest, _context: CallContext): Promise<UpdateMemberResponse> =>
    Promise.reject(
      new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'not yet' }),
    );
