import type { Account } from '../account/account.js';
import { judge } from '../authorization/authorization.js';

export type State = 'active' | 'deleted' | 'purging' | 'purged';
export type Role = 'READ' | 'WRITE' | 'ADMIN';

/** What a decision about a workspace looks at. Times were compared by the database's clock. */
export interface WorkspaceFacts {
  readonly state: State;
  readonly epoch: number;
  /** Changes with everything that a decision looks at, but for time: a compare-and-set on it acts upon what was decided. */
  readonly etag: string;
  /** The caller's role; of a deleted workspace, the one it had at deletion. */
  readonly role: Role | undefined;
  readonly liveBuckets: number;
  readonly liveRepositories: number;
  /** In force. */
  readonly holds: number;
  readonly isDefault: boolean;
  /** Of a deleted workspace: its purge time has come. A deletion without one (no policy) is never due. */
  readonly due: boolean;
}

/** What keeps an active workspace from being deleted by those who may, in the order in which it is said. */
export type Obstacle =
  | { readonly kind: 'has_resources'; readonly buckets: number; readonly repositories: number }
  | { readonly kind: 'held'; readonly holds: number }
  | { readonly kind: 'default_workspace' };

export function obstaclesToDeletion(workspace: WorkspaceFacts): Obstacle[] {
  const { liveBuckets: buckets, liveRepositories: repositories, holds, isDefault } = workspace;
  return [
    ...(buckets > 0 || repositories > 0 ? [{ kind: 'has_resources', buckets, repositories } as const] : []),
    ...(holds > 0 ? [{ kind: 'held', holds } as const] : []),
    ...(isDefault ? [{ kind: 'default_workspace' } as const] : []),
  ];
}

/** Whom it is refused to, before anything is looked at that can be cleared away. */
export type DeleteRefusal =
  | { readonly kind: 'caller_not_validated' }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'already_deleted'; readonly restorable: boolean }
  | { readonly kind: 'insufficient_permissions' };

export type DeleteDecision =
  { readonly kind: 'delete' } | { readonly kind: 'etag_mismatch' } | DeleteRefusal | Obstacle;

/** Caller, existence, right: in the order of the wire contract. Undefined: only an obstacle can still be in the way. */
export function refusalToDelete(
  caller: Account | undefined,
  workspace: WorkspaceFacts | undefined,
  operation: 'deleteWorkspace' | 'previewDeletion' = 'deleteWorkspace',
): DeleteRefusal | undefined {
  if (!caller?.validated) return { kind: 'caller_not_validated' };
  const verdict = judge(operation, caller, workspace);
  if (workspace === undefined || verdict === 'WORKSPACE_NOT_FOUND') return { kind: 'not_found' };
  if (verdict === 'WORKSPACE_ALREADY_DELETED')
    return { kind: 'already_deleted', restorable: workspace.state === 'deleted' && !workspace.due };
  return verdict === 'allowed' ? undefined : { kind: 'insufficient_permissions' };
}

/** May this caller delete this workspace? The order of the checks is the wire contract's: caller, existence, right, resources. */
export function decideDeletion(
  caller: Account | undefined,
  workspace: WorkspaceFacts | undefined,
  etag: string,
): DeleteDecision {
  const refusal = refusalToDelete(caller, workspace);
  if (refusal !== undefined || workspace === undefined) return refusal ?? { kind: 'not_found' };
  if (etag !== '' && etag !== workspace.etag) return { kind: 'etag_mismatch' };
  return obstaclesToDeletion(workspace)[0] ?? { kind: 'delete' };
}

export type RestoreDecision =
  | { readonly kind: 'restore' }
  | { readonly kind: 'caller_not_validated' }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'insufficient_permissions' }
  | { readonly kind: 'active' }
  | { readonly kind: 'window_closed' }
  | { readonly kind: 'purge_started' };

/** Who restores: a user of the organization, or an operator of the installation, who has until the grant. */
export type Restorer =
  { readonly kind: 'user'; readonly account: Account | undefined } | { readonly kind: 'operator' };

/** May this workspace come back? Only from `deleted`, by its former ADMINs and the organization's administrators, in time. */
export function decideRestore(restorer: Restorer, workspace: WorkspaceFacts | undefined): RestoreDecision {
  if (restorer.kind === 'operator') return decideOperatorsRestore(workspace);
  const { account } = restorer;
  if (!account?.validated) return { kind: 'caller_not_validated' };
  const verdict = judge('restoreWorkspace', account, workspace);
  switch (verdict) {
    case 'allowed':
      return { kind: 'restore' };
    case 'WORKSPACE_ACTIVE':
      return { kind: 'active' };
    case 'RESTORE_WINDOW_CLOSED':
      return { kind: 'window_closed' };
    case 'PURGE_STARTED':
      return { kind: 'purge_started' };
    case 'INSUFFICIENT_PERMISSIONS':
      return { kind: 'insufficient_permissions' };
    case 'WORKSPACE_ALREADY_DELETED':
    case 'WORKSPACE_NOT_FOUND':
      return { kind: 'not_found' };
  }
}

function decideOperatorsRestore(workspace: WorkspaceFacts | undefined): RestoreDecision {
  if (workspace === undefined) return { kind: 'not_found' };
  switch (workspace.state) {
    case 'active':
      return { kind: 'active' };
    case 'deleted':
      return { kind: 'restore' };
    case 'purging':
    case 'purged':
      return { kind: 'purge_started' };
  }
}

/** What a grant would need, each as the authority's database sees it. */
export interface GrantFacts {
  readonly state: State;
  readonly held: boolean;
  /** The planned deletion of the current epoch, if there is one. */
  readonly planned: { readonly hasPurgeTime: boolean; readonly due: boolean } | undefined;
  /** The organization's policy, if it has one. */
  readonly policy: { readonly sequestered: boolean; readonly orphanDue: boolean } | undefined;
  /** It has members, and every one of them is revoked. */
  readonly orphaned: boolean;
}

export type GrantRefusal =
  'not_found' | 'already_purged' | 'not_deletable' | 'no_policy' | 'sequestered' | 'held' | 'not_due';

/** Why a grant was refused. The grant itself is the compare-and-set (grant/grant.sql.ts); this only says which guard stood in the way. */
export function explainGrantRefusal(
  kind: 'deletion_planned' | 'orphaned',
  facts: GrantFacts | undefined,
): GrantRefusal {
  if (facts === undefined) return 'not_found';
  if (facts.state === 'purged' || facts.state === 'purging') return 'already_purged';
  if (kind === 'deletion_planned') {
    if (facts.state !== 'deleted' || facts.planned === undefined) return 'not_deletable';
    if (!facts.planned.hasPurgeTime) return 'no_policy';
  } else {
    if (facts.state !== 'active' || !facts.orphaned) return 'not_deletable';
    if (facts.policy === undefined) return 'no_policy';
    if (facts.policy.sequestered) return 'sequestered';
  }
  // Behind what no release of a hold would change: nobody is told to release one in vain.
  return facts.held ? 'held' : 'not_due';
}
