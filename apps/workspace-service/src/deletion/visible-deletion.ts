import { status } from '@grpc/grpc-js';
import type { Caller } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Queryable } from '@lethe/postgres';
import { callingAccount, judge } from '../authorization/authorization.js';
import { refusals } from '../refusals.js';
import { factsOf } from '../workspace/workspace.js';
import { newestDeletion, type DeletionRow } from './deletion.sql.js';

/**
 * A workspace's newest deletion, for whom it is visible: by the right `readDeletion`, and to the user who asked for it, whatever
 * became of that user's role; without a caller to operators and services.
 *
 * @throws USER_NOT_FOUND, WORKSPACE_NOT_FOUND, DELETION_NOT_FOUND.
 */
export async function visibleDeletion(
  db: Queryable,
  workspaceId: string | undefined,
  caller: Caller | undefined,
): Promise<DeletionRow> {
  const account = caller && (await callingAccount(db, caller, 'readDeletion'));
  const organizationId = account?.organizationId;
  const deletion = workspaceId && (await newestDeletion(db, organizationId, workspaceId));
  if (account && !(deletion && askedFor(deletion, account))) {
    const facts = workspaceId && (await factsOf(db, account.organizationId, workspaceId, account.userId));
    if (judge('readDeletion', account, facts || undefined) !== 'allowed') throw refusals.workspaceNotFound();
  }
  if (!deletion) throw deletionNotFound();
  return deletion;
}

/** An operator, who orders the purge of an orphan, may be called as a user is. */
const askedFor = (deletion: DeletionRow, { userId }: { readonly userId: string }) =>
  deletion.kind === 'deletion_planned' && deletion.requested_by === userId;

const deletionNotFound = () =>
  new RefusalError({
    code: status.NOT_FOUND,
    reason: 'DELETION_NOT_FOUND',
    message: 'This workspace has never been deleted',
  });
