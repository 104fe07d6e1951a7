import type { Queryable } from '@lethe/postgres';
import type { Account } from '../account/account.js';
import type { AuditEntry } from '../audit/audit.js';
import { appendAudit } from '../audit/audit.sql.js';

/** Writes into the audit what a user did to a bucket or a repository of a workspace. */
export function auditResource(
  tx: Queryable,
  { organizationId, userId }: Account,
  workspaceId: string,
  change: Pick<AuditEntry, 'context' | 'contextId' | 'action'>,
): Promise<void> {
  return appendAudit(tx, { organizationId, workspaceId, ...change, by: { userId } });
}
