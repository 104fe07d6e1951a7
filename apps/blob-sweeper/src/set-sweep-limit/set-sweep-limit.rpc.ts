import { status } from '@grpc/grpc-js';
import type { SetSweepLimitRequest, SetSweepLimitResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';

export const setSweepLimitRpc =
  (_pool: Pool) =>
  (_request: SetSweepLimitRequest): Promise<SetSweepLimitResponse> =>
    Promise.reject(
      new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'Not implemented' }),
    );
