import { status } from '@grpc/grpc-js';
import type { Caller } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Queryable } from '@lethe/postgres';
import { accountOf, administratesOrganization } from '../account/account.js';
import { refusals } from '../refusals.js';
import { hasMembership } from '../workspace/workspace.sql.js';
import { newestDeletion, type DeletionRow } from './deletion.sql.js';

/**
 * A workspace's newest deletion, for whom it is visible: who asked for it, who is or was a member, the organization's
 * administrators, and (without a caller) operators and services.
 */
export async function visibleDeletion(
  db: Queryable,
  workspaceId: string | undefined,
  caller: Caller | undefined,
): Promise<DeletionRow> {
  const deletion = workspaceId === undefined ? undefined : await newestDeletion(db, workspaceId);
  if (caller !== undefined) {
    const account = await accountOf(db, caller);
    if (account === undefined) throw refusals.userNotFound();
    const visible =
      deletion?.organization_id === account.organizationId &&
      (administratesOrganization(account) ||
        deletion.requested_by === account.userId ||
        (await hasMembership(db, deletion.workspace_id, account.userId)));
    if (deletion === undefined || !visible) {
      const mine =
        deletion === undefined &&
        workspaceId !== undefined &&
        (await hasMembership(db, workspaceId, account.userId));
      throw mine ? deletionNotFound() : refusals.workspaceNotFound();
    }
  }
  if (deletion === undefined) throw deletionNotFound();
  return deletion;
}

const deletionNotFound = () =>
  new RefusalError({
    code: status.NOT_FOUND,
    reason: 'DELETION_NOT_FOUND',
    message: 'This workspace has never been deleted',
  });
