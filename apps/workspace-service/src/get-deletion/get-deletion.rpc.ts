import type { GetDeletionRequest, GetDeletionResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';
import { userOrOperator } from '../allowed-calls.js';
import { describeDeletion } from '../deletion/describe-deletion.js';
import { PATIENCE, type Patience } from '../deletion/standstill.js';
import { visibleDeletion } from '../deletion/visible-deletion.js';
import { uuidOf } from '../requests.js';

export const getDeletionRpc =
  (pool: Pool, patience: Patience = PATIENCE) =>
  async (request: GetDeletionRequest, context: CallContext): Promise<GetDeletionResponse> => {
    const deletion = await visibleDeletion(
      pool,
      uuidOf(request.workspaceId),
      userOrOperator(request, context),
    );
    return { deletion: (await describeDeletion(pool, deletion, patience)).deletion };
  };
