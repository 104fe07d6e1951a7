import type { Caller } from '@lethe/contracts';
import { transaction, type Pool, type PoolClient } from '@lethe/postgres';
import { accountOf } from '../account/account.js';
import { deletionOf, type DeletionRow } from '../deletion/deletion.sql.js';
import { listHoldsInForce, type HoldRow } from '../hold/hold.sql.js';
import type { BucketRow, RepositoryRow } from '../resource/resource.sql.js';
import {
  obstaclesToDeletion,
  refusalToDelete,
  type DeleteRefusal,
  type WorkspaceFacts,
} from '../workspace/workspace-state.js';
import { factsOf } from '../workspace/workspace.js';
import { listMembers, type MemberRow } from '../workspace/workspace.sql.js';
import {
  firstBuckets,
  firstRepositories,
  lookOnly,
  previewTimes,
  type PreviewedTimesRow,
} from './preview-deletion.sql.js';

/** The counts are complete, the lists are not. */
const SHOWN = 100;

export interface Preview extends PreviewedTimesRow {
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly facts: WorkspaceFacts;
  readonly obstacles: ReturnType<typeof obstaclesToDeletion>;
  readonly buckets: BucketRow[];
  readonly repositories: RepositoryRow[];
  readonly holds: HoldRow[];
  readonly members: MemberRow[];
}

export type PreviewOutcome =
  | { readonly kind: 'preview'; readonly preview: Preview }
  | { readonly kind: 'already_deleted'; readonly deletion: DeletionRow; readonly restorable: boolean }
  | Exclude<DeleteRefusal, { readonly kind: 'already_deleted' }>;

/**
 * What delete-workspace would decide now, by the same decision upon the same facts, and what it would touch: all as of one moment,
 * in a transaction that PostgreSQL lets read only. Acting upon it with its etag deletes exactly what was previewed, or nothing.
 */
export function previewDeletion(
  pool: Pool,
  caller: Caller,
  workspaceId: string | undefined,
): Promise<PreviewOutcome> {
  return transaction(pool, async (tx): Promise<PreviewOutcome> => {
    await lookOnly(tx);
    const account = await accountOf(tx, caller);
    const facts =
      account && workspaceId !== undefined
        ? await factsOf(tx, account.organizationId, workspaceId, account.userId)
        : undefined;
    const refusal = refusalToDelete(account, facts, 'previewDeletion');
    if (refusal?.kind === 'already_deleted')
      return {
        ...refusal,
        deletion: await deletionOf(
          tx,
          account?.organizationId ?? '',
          workspaceId as string,
          facts?.epoch ?? 0,
        ),
      };
    if (refusal !== undefined) return refusal;
    if (account === undefined || facts === undefined || workspaceId === undefined)
      return { kind: 'not_found' };
    return { kind: 'preview', preview: await look(tx, account.organizationId, workspaceId, facts) };
  });
}

async function look(
  tx: PoolClient,
  organizationId: string,
  workspaceId: string,
  facts: WorkspaceFacts,
): Promise<Preview> {
  return {
    ...{ organizationId, workspaceId, facts },
    obstacles: obstaclesToDeletion(facts),
    ...(await previewTimes(tx, organizationId)),
    buckets: await firstBuckets(tx, organizationId, workspaceId, SHOWN),
    repositories: await firstRepositories(tx, organizationId, workspaceId, SHOWN),
    holds: await listHoldsInForce(tx, organizationId, workspaceId),
    members: await listMembers(tx, [workspaceId]),
  };
}
