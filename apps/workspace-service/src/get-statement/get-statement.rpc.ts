import { status } from '@grpc/grpc-js';
import type { GetDeletionStatementRequest, GetDeletionStatementResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';
import { userOrOperator } from '../allowed-calls.js';
import { listParticipantRows, readClock, type DeletionRow } from '../deletion/deletion.sql.js';
import { describeDeletion } from '../deletion/describe-deletion.js';
import { PATIENCE, type Patience } from '../deletion/standstill.js';
import { visibleDeletion } from '../deletion/visible-deletion.js';
import { uuidOf } from '../requests.js';
import type { SigningKeys } from '../signing/signing-keys.js';
import { claimsOfStatement } from './claims-of-statement.js';

/** Signs where a deletion stands now. Nothing is stored, and nothing changes: the next one may say something else. */
export const getStatementRpc =
  (pool: Pool, keys: Pick<SigningKeys, 'current'>, patience: Patience = PATIENCE) =>
  async (
    request: GetDeletionStatementRequest,
    context: CallContext,
  ): Promise<GetDeletionStatementResponse> => {
    // Before anything else: what is certified meanwhile is certified later than this.
    const now = await readClock(pool);
    const row = await visibleDeletion(pool, uuidOf(request.workspaceId), userOrOperator(request, context));
    if (row.state !== 'purging') throw notPurging(row);
    const [{ deletion }, participants, key] = await Promise.all([
      describeDeletion(pool, row, patience),
      listParticipantRows(pool, [row.deletion_id]),
      keys.current(),
    ]);
    return { jws: await key.signStatement(claimsOfStatement({ row, participants }, deletion, now)) };
  };

const notPurging = ({ state }: DeletionRow) =>
  state === 'purged'
    ? new RefusalError({
        code: status.FAILED_PRECONDITION,
        reason: 'ALREADY_CERTIFIED',
        message: 'The deletion is complete: it has a deletion certificate',
      })
    : new RefusalError({
        code: status.FAILED_PRECONDITION,
        reason: 'NOT_PURGING',
        message: `Nothing is being purged: the deletion is ${state}`,
      });
