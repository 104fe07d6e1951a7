import { AuditAction, AuditContext, WorkspaceRole } from '@lethe/contracts';
import { NO_USER, NOT_VALIDATED, protectedRoute as route, type ProtectedRoute } from './protected-route.js';
import { auditEvent, user } from './organization-samples.js';
import { workspace, WORKSPACE_ID } from './samples.js';

const WORKSPACE = `/workspace/${WORKSPACE_ID}`;
const workspaceId = WORKSPACE_ID;
const MANAGE = 'Insufficient permissions to manage workspace users';

/** Workspaces as they change, their members, the users of an organization, the audit. */
export const organizationRoutes: readonly ProtectedRoute[] = [
  route(
    ['PUT', WORKSPACE, '/workspace/{id}'],
    ['updateWorkspace', { workspaceId, name: 'Notes', etag: '' }, { workspace }],
    ['Failed to update workspace', 'Insufficient permissions to update workspace', NOT_VALIDATED],
    { body: { name: 'Notes' } },
  ),
  route(
    ['POST', `${WORKSPACE}/users`, '/workspace/{id}/users'],
    ['addMember', { workspaceId, userId: 'user-2', role: WorkspaceRole.WRITE }, {}],
    ['Failed to add user to workspace', MANAGE, NOT_VALIDATED],
    { body: { userId: 'user-2', role: 'WRITE' } },
  ),
  route(
    ['PUT', `${WORKSPACE}/users/user-2`, '/workspace/{id}/users/{userId}'],
    ['updateMember', { workspaceId, userId: 'user-2', role: WorkspaceRole.ADMIN }, {}],
    ['Failed to update user role', MANAGE, NOT_VALIDATED],
    { body: { role: 'ADMIN' } },
  ),
  route(
    ['DELETE', `${WORKSPACE}/users/user-2`, '/workspace/{id}/users/{userId}'],
    ['removeMember', { workspaceId, userId: 'user-2' }, {}],
    ['Failed to remove user from workspace', MANAGE, NOT_VALIDATED],
  ),
  route(
    ['GET', '/organization/users'],
    ['listUsers', { pageSize: 1000, pageToken: '', showDeleted: false }, { users: [user], totalSize: 1 }],
    ['Failed to fetch users', 'Insufficient permissions to list users', NO_USER],
  ),
  route(
    ['DELETE', '/organization/users/user-2', '/organization/users/{id}'],
    ['deleteUser', { userId: 'user-2' }, { orphanedWorkspaceIds: [] }],
    ['Internal server error', 'Insufficient permissions to delete users', NOT_VALIDATED],
  ),
  route(
    ['POST', '/organization/users/user-2/activate', '/organization/users/{id}/activate'],
    ['activateUser', { userId: 'user-2' }, {}],
    ['Internal server error', 'Insufficient permissions to activate users', NOT_VALIDATED],
  ),
  route(
    ['POST', '/systemevent'],
    [
      'listAuditEvents',
      {
        workspaceId,
        context: AuditContext.WORKSPACE,
        action: AuditAction.DELETED,
        userId: '',
        contextId: '',
        pageSize: 20,
        pageToken: '',
        skip: 0,
      },
      { events: [auditEvent], totalSize: 1 },
    ],
    ['Failed to query system events', 'Insufficient permissions to query system events', NO_USER],
    { body: { workspaceId, context: 0, event: 2, skip: 0, take: 20 }, bare: true },
  ),
];
