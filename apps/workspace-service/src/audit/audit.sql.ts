import { execute, type Queryable } from '@lethe/postgres';
import { ACTION, CONTEXT, type AuditEntry } from './audit.js';

/** Writes into the audit, in the transaction of the change it speaks of: both happen, or neither. */
export async function appendAudit(tx: Queryable, entry: AuditEntry): Promise<void> {
  await execute(
    tx,
    `insert into system_event (organization_id, workspace_id, context, context_id, action, user_id, by_operator, detail)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      entry.organizationId,
      entry.workspaceId ?? null,
      CONTEXT[entry.context],
      entry.contextId,
      ACTION[entry.action],
      'userId' in entry.by ? entry.by.userId : entry.by.operator,
      'operator' in entry.by,
      entry.detail === undefined ? null : JSON.stringify(entry.detail),
    ],
  );
}
