import { randomUUID } from 'node:crypto';
import { transaction, type Pool } from '@lethe/postgres';
import { isOperator, keptWorkspace, nameOfKeeper, type HoldKeeper } from '../hold/hold-keeper.js';
import type { HoldRow } from '../hold/hold.sql.js';
import { recordHoldChange } from '../hold/record-hold-change.js';
import { findHoldInForce, insertHold } from './place-hold.sql.js';

export interface HoldOrder {
  /** Undefined: malformed, so that nothing has it. */
  readonly workspaceId: string | undefined;
  readonly origin: string;
  readonly reason: string;
}

export type PlaceOutcome =
  /** Placed now, or by an earlier order for the same origin and reason. */
  | { readonly kind: 'in_force'; readonly hold: HoldRow }
  /** This side holds the workspace for this origin already, for another reason. */
  | { readonly kind: 'exists'; readonly hold: HoldRow };

/**
 * Holds a workspace, active or deleted, for one origin more. Behind the lock that the grant takes too: a hold commits before the
 * grant and prevents it, or comes too late and is refused. Repeating it changes nothing.
 *
 * @throws the refusals of {@link keptWorkspace}.
 */
export function placeHold(pool: Pool, keeper: HoldKeeper, order: HoldOrder): Promise<PlaceOutcome> {
  return transaction(pool, async (tx) => {
    const workspace = await keptWorkspace(tx, keeper, 'placeHold', order.workspaceId);
    const { organizationId, workspaceId } = workspace;
    const { origin, reason } = order;
    const byOperator = isOperator(keeper);
    const inForce = await findHoldInForce(tx, organizationId, workspaceId, byOperator, origin);
    if (inForce) return { kind: inForce.reason === reason ? 'in_force' : 'exists', hold: inForce };

    const placedBy = nameOfKeeper(keeper);
    const hold = await insertHold(tx, {
      ...{ holdId: randomUUID(), organizationId, workspaceId, origin, reason, placedBy, byOperator },
    });
    await recordHoldChange(tx, 'hold_placed', workspace, hold, keeper);
    return { kind: 'in_force', hold };
  });
}
