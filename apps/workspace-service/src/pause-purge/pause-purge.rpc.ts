import { status } from '@grpc/grpc-js';
import type { PausePurgeRequest, PausePurgeResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';

export const pausePurgeRpc =
  (_pool: Pool) =>
  (_request: PausePurgeRequest): Promise<PausePurgeResponse> =>
    Promise.reject(
      new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'Not implemented' }),
    );
