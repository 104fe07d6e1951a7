import { status } from '@grpc/grpc-js';
import type { PreviewDeletionRequest, PreviewDeletionResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';

export const previewDeletionRpc =
  (_pool: Pool) =>
  (_request: PreviewDeletionRequest, _context: CallContext): Promise<PreviewDeletionResponse> =>
    Promise.reject(
      new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'not yet' }),
    );
