import { status } from '@grpc/grpc-js';
import type { PlaceHoldRequest, PlaceHoldResponse } from '@lethe/contracts';
import { RefusalError, unreachable } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';
import { userOrOperator } from '../allowed-calls.js';
import { wireHold } from '../hold/hold.js';
import { textOf, uuidOf } from '../requests.js';
import { placeHold } from './place-hold.js';

export const placeHoldRpc =
  (pool: Pool) =>
  async (request: PlaceHoldRequest, context: CallContext): Promise<PlaceHoldResponse> => {
    const caller = userOrOperator(request, context);
    const keeper = caller ? { caller } : { operator: textOf(request.placedBy, 'placed_by', 128) };
    const outcome = await placeHold(pool, keeper, {
      workspaceId: uuidOf(request.workspaceId),
      origin: textOf(request.origin, 'origin', 255),
      reason: textOf(request.reason, 'reason', 2_000),
    });
    const { hold } = outcome;
    switch (outcome.kind) {
      case 'in_force':
        return { holdId: hold.hold_id, placeTime: hold.place_time, hold: wireHold(hold) };
      case 'exists':
        throw new RefusalError({
          code: status.ALREADY_EXISTS,
          reason: 'HOLD_EXISTS',
          message:
            'A hold for this origin is in force for another reason: release it first, or name another origin',
          metadata: { holdId: hold.hold_id },
        });
      default:
        return unreachable(outcome);
    }
  };
