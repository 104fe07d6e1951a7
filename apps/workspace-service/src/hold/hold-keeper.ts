import { status } from '@grpc/grpc-js';
import type { Caller } from '@lethe/contracts';
import { RefusalError, unreachable } from '@lethe/outcome';
import type { Queryable } from '@lethe/postgres';
import { callingAccount, callingAccountNow, judge } from '../authorization/authorization.js';
import type { Verdict } from '../authorization/workspace-rights.js';
import { refusals } from '../refusals.js';
import { factsOf } from '../workspace/workspace.js';
import { lockWorkspace, organizationOf } from '../workspace/workspace.sql.js';
import type { WorkspaceFacts } from '../workspace/workspace-state.js';

/** Who places, releases or reads holds: a user for the organization, or an operator of the installation, by name. */
export type HoldKeeper = { readonly caller: Caller } | { readonly operator: string };
export type HoldOperation = 'placeHold' | 'releaseHold' | 'readHolds';

export const isOperator = (keeper: HoldKeeper): boolean => 'operator' in keeper;
export const nameOfKeeper = (keeper: HoldKeeper): string =>
  'operator' in keeper ? keeper.operator : keeper.caller.userId;
/** As the audit names whoever made a change. */
export const auditedKeeper = (keeper: HoldKeeper) =>
  'operator' in keeper ? keeper : { userId: keeper.caller.userId };

export interface KeptWorkspace {
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly epoch: number;
}

/**
 * The workspace whose holds this keeper may change or read; locked for a change, so that a hold commits before a deletion or a
 * grant and is seen by it, or after it.
 *
 * @throws the refusal: caller, existence, right, state, in this order.
 */
export async function keptWorkspace(
  tx: Queryable,
  keeper: HoldKeeper,
  operation: HoldOperation,
  workspaceId: string | undefined,
): Promise<KeptWorkspace> {
  const before = 'caller' in keeper ? await callingAccount(tx, keeper.caller, operation) : undefined;
  if (workspaceId === undefined) throw refusals.workspaceNotFound();
  const organizationId = before?.organizationId ?? (await organizationOf(tx, workspaceId))?.organization_id;
  if (organizationId === undefined) throw refusals.workspaceNotFound();
  if (operation !== 'readHolds') await lockWorkspace(tx, organizationId, workspaceId);
  const account =
    'caller' in keeper && operation !== 'readHolds'
      ? await callingAccountNow(tx, keeper.caller, operation)
      : before;
  const facts = await factsOf(tx, organizationId, workspaceId, account?.userId ?? '');
  const verdict = account ? judge(operation, account, facts) : judgeOperator(operation, facts);
  if (facts === undefined || verdict !== 'allowed') throw refusalOf(verdict, operation);
  return { organizationId, workspaceId, epoch: facts.epoch };
}

/** An operator stands above the organization's roles, not above the grant. */
function judgeOperator(operation: HoldOperation, facts: WorkspaceFacts | undefined): Verdict {
  if (facts === undefined) return 'WORKSPACE_NOT_FOUND';
  const tooLate = facts.state === 'purging' || facts.state === 'purged';
  return operation === 'placeHold' && tooLate ? 'PURGE_STARTED' : 'allowed';
}

const DOINGS = { placeHold: 'place', releaseHold: 'release', readHolds: 'read' } as const;

function refusalOf(verdict: Verdict, operation: HoldOperation): Error {
  switch (verdict) {
    case 'INSUFFICIENT_PERMISSIONS':
      return refusals.insufficientPermissions(
        `Only administrators of the organization ${DOINGS[operation]} holds`,
      );
    case 'PURGE_STARTED':
      return refusals.purgeStarted();
    case 'allowed':
    case 'WORKSPACE_ACTIVE':
    case 'WORKSPACE_ALREADY_DELETED':
    case 'RESTORE_WINDOW_CLOSED':
    case 'WORKSPACE_NOT_FOUND':
      return refusals.workspaceNotFound();
    default:
      return unreachable(verdict);
  }
}

export const holdNotFound = () =>
  new RefusalError({
    code: status.NOT_FOUND,
    reason: 'HOLD_NOT_FOUND',
    message: 'There is no such hold in force',
  });
