import { status } from '@grpc/grpc-js';
import type { AddMemberRequest, AddMemberResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';

export const addMemberRpc =
  (_pool: Pool) =>
  (_request: AddMemberRequest, _context: CallContext): Promise<AddMemberResponse> =>
    Promise.reject(
      new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'not yet' }),
    );
