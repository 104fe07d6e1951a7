import { status } from '@grpc/grpc-js';
import type { ListReleaseLimitsRequest, ListReleaseLimitsResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';

export const listReleaseLimitsRpc =
  (_pool: Pool) =>
  (_request: ListReleaseLimitsRequest): Promise<ListReleaseLimitsResponse> =>
    Promise.reject(
      new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'Not implemented' }),
    );
