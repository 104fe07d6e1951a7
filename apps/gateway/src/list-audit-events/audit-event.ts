import { AuditAction, AuditContext, type AuditEvent } from '@lethe/contracts';
import { unreachable } from '@lethe/outcome';
import { z } from 'zod';

export const auditEvent = z
  .object({
    id: z.int(),
    timestamp: z.iso.datetime(),
    contextId: z.string().describe('The id of what was changed'),
    context: z.enum(['workspace', 'bucket', 'repo', 'user', 'workspaceuser', 'orgsettings']),
    event: z.enum(['created', 'updated', 'deleted']),
    orgId: z.string(),
    userId: z.string().describe('Who did it; with byOperator an operator of the installation'),
    userName: z.string(),
    userEmail: z.string(),
    workspaceId: z.string().nullable(),
    jsonData: z.string().nullable().describe('More about it, as a JSON text'),
    showUnread: z.literal(false).describe('Nothing is kept as unread'),
    byOperator: z.literal(true).optional(),
  })
  .meta({ id: 'SystemEvent' });

export function toAuditEvent(event: AuditEvent): z.output<typeof auditEvent> {
  if (event.time === undefined) throw new TypeError('workspace-service answered an event without a time');
  return {
    id: event.eventNo,
    timestamp: event.time.toISOString(),
    contextId: event.contextId,
    context: toContext(event.context),
    event: toEvent(event.action),
    orgId: event.organizationId,
    userId: event.userId,
    userName: event.userName,
    userEmail: event.userEmail,
    workspaceId: event.workspaceId === '' ? null : event.workspaceId,
    jsonData: event.detailJson === '' ? null : event.detailJson,
    showUnread: false,
    ...(event.byOperator && { byOperator: true as const }),
  };
}

function toContext(context: AuditContext): z.output<typeof auditEvent>['context'] {
  switch (context) {
    case AuditContext.WORKSPACE:
      return 'workspace';
    case AuditContext.BUCKET:
      return 'bucket';
    case AuditContext.REPOSITORY:
      return 'repo';
    case AuditContext.USER:
      return 'user';
    case AuditContext.WORKSPACE_USER:
      return 'workspaceuser';
    case AuditContext.ORGANIZATION_SETTINGS:
      return 'orgsettings';
    case AuditContext.UNSPECIFIED:
    case AuditContext.UNRECOGNIZED:
      throw new TypeError('workspace-service answered a context that the contract does not know');
    default:
      return unreachable(context);
  }
}

function toEvent(action: AuditAction): z.output<typeof auditEvent>['event'] {
  switch (action) {
    case AuditAction.CREATED:
      return 'created';
    case AuditAction.UPDATED:
      return 'updated';
    case AuditAction.DELETED:
      return 'deleted';
    case AuditAction.UNSPECIFIED:
    case AuditAction.UNRECOGNIZED:
      throw new TypeError('workspace-service answered an action that the contract does not know');
    default:
      return unreachable(action);
  }
}
