import type { ReleaseHoldRequest, ReleaseHoldResponse } from '@lethe/contracts';
import { unreachable } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';
import { userOrOperator } from '../allowed-calls.js';
import { wireHold } from '../hold/hold.js';
import { refusals } from '../refusals.js';
import { textOf, uuidOf } from '../requests.js';
import { releaseHold } from './release-hold.js';

/** Stands for an id that nothing has. */
const NOTHING = '00000000-0000-0000-0000-000000000000';

export const releaseHoldRpc =
  (pool: Pool) =>
  async (request: ReleaseHoldRequest, context: CallContext): Promise<ReleaseHoldResponse> => {
    const caller = userOrOperator(request, context);
    const keeper = caller ? { caller } : { operator: textOf(request.releasedBy, 'released_by', 128) };
    const { holdId, workspaceId, origin } = request;
    if (holdId === '' && (workspaceId === '' || origin === ''))
      throw refusals.invalidArgument('set hold_id, or workspace_id and origin');
    const outcome = await releaseHold(pool, keeper, {
      holdId: holdId === '' ? undefined : (uuidOf(holdId) ?? NOTHING),
      workspaceId: workspaceId === '' ? undefined : (uuidOf(workspaceId) ?? NOTHING),
      origin: origin === '' ? undefined : textOf(origin, 'origin', 255),
    });
    switch (outcome.kind) {
      case 'released':
        return { hold: wireHold(outcome.hold) };
      case 'operators_only':
        throw refusals.insufficientPermissions(
          'An operator of the installation placed this hold: only an operator can release it',
        );
      default:
        return unreachable(outcome);
    }
  };
