import { transaction, type Pool, type PoolClient } from '@lethe/postgres';
import { callingAccount } from '../authorization/authorization.js';
import {
  holdNotFound,
  isOperator,
  keptWorkspace,
  nameOfKeeper,
  type HoldKeeper,
} from '../hold/hold-keeper.js';
import { listHoldsInForce, workspaceOfHold, type HoldRow } from '../hold/hold.sql.js';
import { recordHoldChange } from '../hold/record-hold-change.js';
import { releaseInForce } from './release-hold.sql.js';

/** Which hold: by its id, or by workspace and origin. All that is named must fit. */
export interface HoldToRelease {
  readonly holdId: string | undefined;
  readonly workspaceId: string | undefined;
  readonly origin: string | undefined;
}

export type ReleaseOutcome =
  { readonly kind: 'released'; readonly hold: HoldRow } | { readonly kind: 'operators_only' };

/**
 * Ends one hold, and only that: others go on holding the workspace. The hold itself stays, with who released it and when.
 *
 * @throws HOLD_NOT_FOUND, and the refusals of {@link keptWorkspace}.
 */
export function releaseHold(pool: Pool, keeper: HoldKeeper, which: HoldToRelease): Promise<ReleaseOutcome> {
  return transaction(pool, async (tx) => {
    const workspaceId = which.holdId === undefined ? which.workspaceId : await locate(tx, keeper, which);
    const workspace = await keptWorkspace(tx, keeper, 'releaseHold', workspaceId);
    const inForce = await listHoldsInForce(tx, workspace.organizationId, workspace.workspaceId);
    const fitting = inForce.filter(
      ({ hold_id, origin }) =>
        (which.holdId === undefined || hold_id === which.holdId) &&
        (which.origin === undefined || origin === which.origin),
    );
    const chosen = chooseRelease(fitting, isOperator(keeper));
    if (chosen === undefined) throw holdNotFound();
    if (chosen === 'operators_only') return { kind: 'operators_only' };

    const hold = await releaseInForce(tx, workspace.organizationId, chosen.hold_id, nameOfKeeper(keeper));
    await recordHoldChange(tx, 'hold_released', workspace, hold, keeper);
    return { kind: 'released', hold };
  });
}

/** Of the holds that were meant, the own side's first. An organization never releases an operator's; an operator releases any. */
export function chooseRelease<H extends Pick<HoldRow, 'by_operator'>>(
  fitting: readonly H[],
  byOperator: boolean,
): H | 'operators_only' | undefined {
  const own = fitting.find((hold) => hold.by_operator === byOperator);
  if (own) return own;
  const [others] = fitting;
  if (others === undefined) return undefined;
  return byOperator ? others : 'operators_only';
}

/** The workspace of the hold with this id. Another organization's hold is as unknown as one that never was. */
async function locate(tx: PoolClient, keeper: HoldKeeper, which: HoldToRelease): Promise<string> {
  const account = 'caller' in keeper ? await callingAccount(tx, keeper.caller, 'releaseHold') : undefined;
  const found = await workspaceOfHold(tx, account?.organizationId, which.holdId ?? '');
  const fits = which.workspaceId === undefined || which.workspaceId === found?.workspace_id;
  if (found === undefined || !fits) throw holdNotFound();
  return found.workspace_id;
}
