import { status } from '@grpc/grpc-js';
import type { ReleaseKeptBlocksRequest, ReleaseKeptBlocksResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';

export const releaseKeptBlocksRpc =
  (_pool: Pool) =>
  (_request: ReleaseKeptBlocksRequest): Promise<ReleaseKeptBlocksResponse> =>
    Promise.reject(
      new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'Not implemented' }),
    );
