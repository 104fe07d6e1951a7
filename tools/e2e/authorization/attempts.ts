import { randomUUID } from 'node:crypto';
import type { OrganizationOperation } from '../../../apps/workspace-service/src/authorization/organization-rights.js';
import type {
  RightsState,
  WorkspaceOperation,
} from '../../../apps/workspace-service/src/authorization/workspace-rights.js';
import type { WorkspaceRow } from './world.sql.js';

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
}
/** A status, and the `code` of a refusal. */
export type Expected = readonly [number, string?];

/** One way of doing an operation on a workspace over REST. */
export interface WorkspaceAttempt {
  readonly operation: WorkspaceOperation;
  /** As OpenAPI writes it. */
  readonly route: string;
  readonly needs?: { readonly furnished?: boolean; readonly held?: boolean };
  readonly request: (on: WorkspaceRow) => Request;
  /** What is answered where the table says "allowed". */
  readonly allowed: (state: RightsState) => Expected;
  /** What a hidden workspace is answered with, where that is another thing's name. */
  readonly hidden?: string;
  /** How a caller is refused who is unknown or not validated, where that is documented differently. */
  readonly unvalidated?: Expected;
}

const ok = (): Expected => [200];
const nothing = randomUUID();
const path = ({ workspaceId }: WorkspaceRow) => `/workspace/${workspaceId}`;

export const WORKSPACE_ATTEMPTS: readonly WorkspaceAttempt[] = [
  {
    operation: 'readWorkspace',
    route: 'GET /workspace/{id}',
    request: (on) => ({ method: 'GET', path: path(on) }),
    allowed: ok,
  },
  {
    operation: 'readDeletedWorkspace',
    route: 'GET /workspace/{id}',
    request: (on) => ({ method: 'GET', path: `${path(on)}?deleted=true` }),
    allowed: ok,
  },
  {
    operation: 'updateWorkspace',
    route: 'PUT /workspace/{id}',
    request: (on) => ({ method: 'PUT', path: path(on), body: { name: 'other plans' } }),
    allowed: ok,
  },
  {
    operation: 'setDefaultWorkspace',
    route: 'PUT /workspace/{id}',
    request: (on) => ({ method: 'PUT', path: path(on), body: { default: true } }),
    allowed: ok,
  },
  {
    operation: 'manageMembers',
    route: 'POST /workspace/{id}/users',
    request: (on) => ({ method: 'POST', path: `${path(on)}/users`, body: { userId: 'user', role: 'READ' } }),
    allowed: ok,
  },
  {
    operation: 'manageMembers',
    route: 'PUT /workspace/{id}/users/{userId}',
    request: (on) => ({ method: 'PUT', path: `${path(on)}/users/writer`, body: { role: 'READ' } }),
    allowed: ok,
  },
  {
    operation: 'manageMembers',
    route: 'DELETE /workspace/{id}/users/{userId}',
    request: (on) => ({ method: 'DELETE', path: `${path(on)}/users/writer` }),
    allowed: ok,
  },
  {
    operation: 'changeResources',
    route: 'POST /bucket',
    request: ({ workspaceId }) => ({ method: 'POST', path: '/bucket', body: { name: 'b', workspaceId } }),
    allowed: ok,
  },
  {
    operation: 'changeResources',
    route: 'POST /repo',
    request: ({ workspaceId }) => ({ method: 'POST', path: '/repo', body: { name: 'r', workspaceId } }),
    allowed: ok,
  },
  {
    operation: 'changeResources',
    route: 'DELETE /bucket/{id}',
    needs: { furnished: true },
    request: ({ bucketId }) => ({ method: 'DELETE', path: `/bucket/${bucketId ?? nothing}` }),
    allowed: ok,
    hidden: 'BUCKET_NOT_FOUND',
    unvalidated: [404, 'USER_NOT_VALIDATED'],
  },
  {
    operation: 'changeResources',
    route: 'DELETE /repo/{id}',
    needs: { furnished: true },
    request: ({ repositoryId }) => ({ method: 'DELETE', path: `/repo/${repositoryId ?? nothing}` }),
    allowed: ok,
    hidden: 'REPOSITORY_NOT_FOUND',
    unvalidated: [404, 'USER_NOT_VALIDATED'],
  },
  {
    operation: 'deleteWorkspace',
    route: 'DELETE /workspace/{id}',
    request: (on) => ({ method: 'DELETE', path: path(on) }),
    allowed: ok,
  },
  {
    operation: 'previewDeletion',
    route: 'GET /workspace/{id}/deletion/preview',
    request: (on) => ({ method: 'GET', path: `${path(on)}/deletion/preview` }),
    allowed: ok,
  },
  {
    operation: 'restoreWorkspace',
    route: 'POST /workspace/{id}/restore',
    request: (on) => ({ method: 'POST', path: `${path(on)}/restore` }),
    allowed: ok,
  },
  ...(['', '/events', '/certificate', '/statement'] as const).map((suffix): WorkspaceAttempt => ({
    operation: 'readDeletion',
    route: `GET /workspace/{id}/deletion${suffix}`,
    request: (on) => ({ method: 'GET', path: `${path(on)}/deletion${suffix}` }),
    allowed: (state) => {
      if (suffix === '/certificate' && state !== 'purged') return [404, 'CERTIFICATE_NOT_FOUND'];
      if (suffix === '/statement' && state !== 'purging')
        return [409, state === 'purged' ? 'ALREADY_CERTIFIED' : 'NOT_PURGING'];
      return [200];
    },
  })),
  {
    operation: 'readHolds',
    route: 'GET /workspace/{id}/hold',
    request: (on) => ({ method: 'GET', path: `${path(on)}/hold` }),
    allowed: ok,
  },
  {
    operation: 'placeHold',
    route: 'PUT /workspace/{id}/hold',
    request: (on) => ({
      method: 'PUT',
      path: `${path(on)}/hold`,
      body: { origin: 'police', reason: 'case 7' },
    }),
    allowed: ok,
  },
  {
    operation: 'releaseHold',
    route: 'DELETE /workspace/{id}/hold',
    needs: { held: true },
    request: (on) => ({ method: 'DELETE', path: `${path(on)}/hold`, body: { origin: 'court' } }),
    allowed: (state) => (state === 'purging' || state === 'purged' ? [404, 'HOLD_NOT_FOUND'] : [200]),
  },
];

/** One way of doing an operation in the own organization; `extra` is a user made for this attempt. */
export interface OrganizationAttempt {
  readonly operation: OrganizationOperation;
  readonly route: string;
  readonly extra?: 'active' | 'revoked';
  readonly request: (extra: string) => Request;
  readonly allowed: Expected;
  /** What somebody of another organization gets for it: their own list, or nobody of this name. */
  readonly stranger?: Expected;
}

const POLICY = {
  graceSeconds: 86_400,
  orphanDelaySeconds: 86_400,
  sweepDelaySeconds: 0,
  sequestered: true,
  purgeMode: 'manual',
};
const UNKNOWN_USER = [404, 'USER_NOT_FOUND'] as const;
const reads = (
  operation: OrganizationOperation,
  route: string,
  path = route.split(' ')[1] ?? '',
): OrganizationAttempt => ({
  operation,
  route,
  request: () => ({ method: 'GET', path }),
  allowed: [200],
});

export const ORGANIZATION_ATTEMPTS: readonly OrganizationAttempt[] = [
  reads('listWorkspaces', 'GET /workspace'),
  reads('listWorkspaces', 'GET /workspace', '/workspace?deleted=true'),
  reads('listResources', 'GET /bucket'),
  reads('listResources', 'GET /repo'),
  {
    operation: 'createWorkspace',
    route: 'POST /workspace',
    request: () => ({ method: 'POST', path: '/workspace', body: { name: 'new' } }),
    allowed: [201],
  },
  reads('listUsers', 'GET /organization/users'),
  {
    operation: 'deleteUser',
    route: 'DELETE /organization/users/{id}',
    extra: 'active',
    request: (user) => ({ method: 'DELETE', path: `/organization/users/${user}` }),
    allowed: [200],
    stranger: UNKNOWN_USER,
  },
  {
    operation: 'activateUser',
    route: 'POST /organization/users/{id}/activate',
    extra: 'revoked',
    request: (user) => ({ method: 'POST', path: `/organization/users/${user}/activate` }),
    allowed: [200],
    stranger: UNKNOWN_USER,
  },
  reads('readDeletionPolicy', 'GET /organization/deletion-policy'),
  {
    operation: 'setDeletionPolicy',
    route: 'PUT /organization/deletion-policy',
    request: () => ({ method: 'PUT', path: '/organization/deletion-policy', body: POLICY }),
    allowed: [200],
  },
  {
    operation: 'readOwnAudit',
    route: 'POST /systemevent',
    request: () => ({ method: 'POST', path: '/systemevent', body: { skip: 0, take: 1 } }),
    allowed: [200],
  },
];
