import { status } from '@grpc/grpc-js';
import type { ResumePurgeRequest, ResumePurgeResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';

export const resumePurgeRpc =
  (_pool: Pool) =>
  (_request: ResumePurgeRequest): Promise<ResumePurgeResponse> =>
    Promise.reject(
      new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'Not implemented' }),
    );
