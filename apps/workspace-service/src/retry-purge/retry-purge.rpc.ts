import { status } from '@grpc/grpc-js';
import type { RetryPurgeRequest, RetryPurgeResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';

export const retryPurgeRpc =
  (_pool: Pool) =>
  (_request: RetryPurgeRequest): Promise<RetryPurgeResponse> =>
    Promise.reject(
      new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'Not implemented' }),
    );
