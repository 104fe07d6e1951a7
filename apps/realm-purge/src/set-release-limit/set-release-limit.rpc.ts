import { status } from '@grpc/grpc-js';
import type { SetReleaseLimitRequest, SetReleaseLimitResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';

export const setReleaseLimitRpc =
  (_pool: Pool) =>
  (_request: SetReleaseLimitRequest): Promise<SetReleaseLimitResponse> =>
    Promise.reject(
      new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'Not implemented' }),
    );
