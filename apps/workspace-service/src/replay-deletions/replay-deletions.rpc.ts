import { status } from '@grpc/grpc-js';
import type { ReplayDeletionsRequest, ReplayDeletionsResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { RequiredParticipants } from '../deletion/participants.js';

export const replayDeletionsRpc =
  (_pool: Pool, _participants: RequiredParticipants) =>
  (_request: ReplayDeletionsRequest): Promise<ReplayDeletionsResponse> =>
    Promise.reject(
      new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'Not implemented' }),
    );
