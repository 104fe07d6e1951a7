import { AuditAction, AuditContext, type AuditEvent, type User } from '@lethe/contracts';
import { WORKSPACE_ID } from './samples.js';

export const user: User = {
  userId: 'user-2',
  name: 'Grace',
  lastName: 'H',
  email: 'grace@example.org',
  orgRole: 2,
  organizationId: 'organization-1',
  validated: true,
  revokeTime: undefined,
};

export const auditEvent: AuditEvent = {
  eventNo: 7,
  time: new Date('2026-01-01T00:00:00Z'),
  context: AuditContext.WORKSPACE,
  contextId: WORKSPACE_ID,
  action: AuditAction.DELETED,
  organizationId: 'organization-1',
  workspaceId: WORKSPACE_ID,
  userId: 'user-1',
  userName: 'Ada L',
  userEmail: 'ada@example.org',
  byOperator: false,
  detailJson: '{"deletionId":"deletion-1"}',
};
