import { AuditAction, AuditContext, type ListAuditEventsRequest } from '@lethe/contracts';
import { ACTION, CONTEXT } from '../audit/audit.js';
import type { Account } from '../account/account.js';
import { mayInOrganization } from '../authorization/authorization.js';
import { refusals } from '../refusals.js';
import { hasNul, timeOf, uuidOf } from '../requests.js';
import type { AuditFilter } from './list-audit-events.sql.js';

/** The numbers that travel, by the public API's that stand in the table. */
export const WIRE_CONTEXT: ReadonlyMap<number, AuditContext> = new Map([
  [CONTEXT.workspace, AuditContext.WORKSPACE],
  [CONTEXT.bucket, AuditContext.BUCKET],
  [CONTEXT.repository, AuditContext.REPOSITORY],
  [CONTEXT.user, AuditContext.USER],
  [CONTEXT.workspaceUser, AuditContext.WORKSPACE_USER],
  [CONTEXT.organizationSettings, AuditContext.ORGANIZATION_SETTINGS],
]);
export const WIRE_ACTION: ReadonlyMap<number, AuditAction> = new Map([
  [ACTION.created, AuditAction.CREATED],
  [ACTION.updated, AuditAction.UPDATED],
  [ACTION.deleted, AuditAction.DELETED],
]);

/**
 * What a request asks for, and this account may see: of others only what they did themselves. Undefined when nothing can match,
 * for no event has such an id.
 */
export function auditFilterOf(request: ListAuditEventsRequest, account: Account): AuditFilter | undefined {
  const { workspaceId, userId, contextId } = request;
  const filter = {
    organizationId: account.organizationId,
    doneBy: mayInOrganization('readWholeAudit', account) ? null : account.userId,
    workspaceId: workspaceId === '' ? null : (uuidOf(workspaceId) ?? ''),
    context: numberOf(WIRE_CONTEXT, request.context, 'context'),
    action: numberOf(WIRE_ACTION, request.action, 'action'),
    userId: userId === '' ? null : userId,
    contextId: contextId === '' ? null : contextId,
    fromTime: timeOf(request.fromTime, 'from_time') ?? null,
    toTime: timeOf(request.toTime, 'to_time') ?? null,
  };
  return filter.workspaceId === '' || hasNul(userId + contextId) ? undefined : filter;
}

function numberOf(wire: ReadonlyMap<number, number>, value: number, field: string): number | null {
  if (value === 0) return null; // unspecified
  const found = [...wire].find(([, travels]) => travels === value);
  if (found === undefined) throw refusals.invalidArgument(`${field} is unknown`);
  return found[0];
}
