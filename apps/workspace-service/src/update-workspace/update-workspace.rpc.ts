import { status } from '@grpc/grpc-js';
import type { UpdateWorkspaceRequest, UpdateWorkspaceResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';

export const updateWorkspaceRpc =
  (_pool: Pool) =>
  (_request: UpdateWorkspaceRequest, _context: CallContext): Promise<UpdateWorkspaceResponse> =>
    Promise.reject(
      new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'not yet' }),
    );
