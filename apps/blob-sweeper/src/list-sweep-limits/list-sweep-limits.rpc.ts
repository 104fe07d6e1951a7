import { status } from '@grpc/grpc-js';
import type { ListSweepLimitsRequest, ListSweepLimitsResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';

export const listSweepLimitsRpc =
  (_pool: Pool) =>
  (_request: ListSweepLimitsRequest): Promise<ListSweepLimitsResponse> =>
    Promise.reject(
      new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'Not implemented' }),
    );
