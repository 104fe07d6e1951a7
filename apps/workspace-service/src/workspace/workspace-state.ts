import { administratesOrganization, type Account } from '../account/account.js';

export type State = 'active' | 'deleted' | 'purging' | 'purged';
export type Role = 'READ' | 'WRITE' | 'ADMIN';

/** What a decision about a workspace looks at, read behind the lock on its row. Times were compared by the database's clock. */
export interface WorkspaceFacts {
  readonly state: State;
  readonly epoch: number;
  readonly etag: string;
  /** The caller's role; of a deleted workspace, the one it had at deletion. */
  readonly role: Role | undefined;
  readonly liveBuckets: number;
  readonly liveRepositories: number;
  /** Of a deleted workspace: its purge time has come. A deletion without one (no policy) is never due. */
  readonly due: boolean;
}

export type DeleteDecision =
  | { readonly kind: 'delete' }
  | { readonly kind: 'caller_not_validated' }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'already_deleted'; readonly restorable: boolean }
  | { readonly kind: 'insufficient_permissions' }
  | { readonly kind: 'etag_mismatch' }
  | { readonly kind: 'has_resources'; readonly buckets: number; readonly repositories: number };

/** May this caller delete this workspace? The order of the checks is the wire contract's: caller, existence, right, resources. */
export function decideDeletion(
  caller: Account | undefined,
  workspace: WorkspaceFacts | undefined,
  etag: string,
): DeleteDecision {
  if (!caller?.validated) return { kind: 'caller_not_validated' };
  if (workspace === undefined) return { kind: 'not_found' };
  if (workspace.state !== 'active')
    return workspace.role === 'ADMIN' && workspace.state !== 'purged'
      ? { kind: 'already_deleted', restorable: workspace.state === 'deleted' && !workspace.due }
      : { kind: 'not_found' };
  if (workspace.role !== 'ADMIN') return { kind: 'insufficient_permissions' };
  if (etag !== '' && etag !== workspace.etag) return { kind: 'etag_mismatch' };
  const { liveBuckets: buckets, liveRepositories: repositories } = workspace;
  if (buckets > 0 || repositories > 0) return { kind: 'has_resources', buckets, repositories };
  return { kind: 'delete' };
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
  if (restorer.kind === 'user' && !restorer.account?.validated) return { kind: 'caller_not_validated' };
  if (workspace === undefined) return { kind: 'not_found' };
  const entitled =
    restorer.kind === 'operator' ||
    workspace.role === 'ADMIN' ||
    (restorer.account !== undefined && administratesOrganization(restorer.account));
  if (!entitled) return { kind: 'insufficient_permissions' };
  switch (workspace.state) {
    case 'active':
      return { kind: 'active' };
    case 'purging':
    case 'purged':
      return { kind: 'purge_started' };
    case 'deleted':
      return restorer.kind === 'user' && workspace.due ? { kind: 'window_closed' } : { kind: 'restore' };
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
  if (facts.held) return 'held';
  if (kind === 'deletion_planned') {
    if (facts.state !== 'deleted' || facts.planned === undefined) return 'not_deletable';
    return facts.planned.hasPurgeTime ? 'not_due' : 'no_policy';
  }
  if (facts.state !== 'active' || !facts.orphaned) return 'not_deletable';
  if (facts.policy === undefined) return 'no_policy';
  if (facts.policy.sequestered) return 'sequestered';
  return 'not_due';
}
