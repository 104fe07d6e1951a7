import { deletionRoutes } from './deletion-routes.js';
import { organizationRoutes } from './organization-routes.js';
import { protectedRoute as route, NO_USER, NOT_VALIDATED, type ProtectedRoute } from './protected-route.js';
import { deletion, workspace, WORKSPACE_ID } from './samples.js';

const WORKSPACE = `/workspace/${WORKSPACE_ID}`;
const workspaceId = WORKSPACE_ID;
const bucket = { bucketId: 'bucket-1', workspaceId, name: 'Archive', createTime: workspace.createTime };
const repository = {
  repositoryId: 'repo-1',
  workspaceId,
  name: 'Backup',
  bucketIds: ['bucket-1'],
  createTime: workspace.createTime,
};

const firstRoutes: readonly ProtectedRoute[] = [
  route(
    ['POST', '/workspace'],
    ['createWorkspace', { name: 'Letters' }, { workspace }],
    ['Failed to create workspace', 'Insufficient permissions to create workspaces', NOT_VALIDATED],
    { status: 201, body: { name: 'Letters' } },
  ),
  route(
    ['GET', '/workspace'],
    ['listWorkspaces', {}, { workspaces: [workspace] }],
    ['Failed to fetch workspaces', 'Insufficient permissions', NO_USER],
  ),
  route(
    ['GET', WORKSPACE, '/workspace/{id}'],
    ['getWorkspace', { workspaceId, showDeleted: false }, { workspace }],
    ['Failed to fetch workspace', 'Insufficient permissions', NO_USER],
  ),
  route(
    ['DELETE', WORKSPACE, '/workspace/{id}'],
    ['deleteWorkspace', { workspaceId, etag: '' }, { deletion }],
    ['Failed to delete workspace', 'Insufficient permissions to delete workspace', NOT_VALIDATED],
  ),
  route(
    ['POST', `${WORKSPACE}/restore`, '/workspace/{id}/restore'],
    ['restoreWorkspace', { workspaceId }, { workspace, omittedUserIds: ['user-9'] }],
    ['Failed to restore workspace', 'Insufficient permissions to restore workspace', NOT_VALIDATED],
  ),
  route(
    ['GET', `${WORKSPACE}/deletion`, '/workspace/{id}/deletion'],
    ['getDeletion', { workspaceId }, { deletion }],
    ['Failed to fetch deletion', 'Insufficient permissions to see the deletion', NOT_VALIDATED],
  ),
  route(
    ['GET', `${WORKSPACE}/deletion/certificate`, '/workspace/{id}/deletion/certificate'],
    ['getDeletionCertificate', { workspaceId }, { certificateId: 'certificate-1', jws: 'a.b.c' }],
    [
      'Failed to fetch deletion certificate',
      'Insufficient permissions to see the deletion certificate',
      NOT_VALIDATED,
    ],
  ),
  route(
    ['GET', `/bucket?workspaceId=${WORKSPACE_ID}`, '/bucket'],
    ['listBuckets', { workspaceId }, { buckets: [bucket] }],
    ['Failed to fetch buckets', 'Insufficient permissions', NO_USER],
  ),
  route(
    ['POST', '/bucket'],
    ['createBucket', { workspaceId, name: 'Archive' }, { bucket }],
    ['Failed to create bucket', 'Insufficient permissions to create buckets', NOT_VALIDATED],
    { body: { name: 'Archive', workspaceId, storageType: 'S3', secret: 'never read' } },
  ),
  route(
    ['DELETE', '/bucket/bucket-1', '/bucket/{id}'],
    ['deleteBucket', { bucketId: 'bucket-1' }, {}],
    ['Failed to delete bucket', 'Insufficient permissions to delete bucket', NO_USER],
  ),
  route(
    ['GET', `/repo?workspaceId=${WORKSPACE_ID}`, '/repo'],
    ['listRepositories', { workspaceId }, { repositories: [repository] }],
    ['Failed to fetch repos', 'Insufficient permissions', NO_USER],
  ),
  route(
    ['POST', '/repo'],
    ['createRepository', { workspaceId, name: 'Backup', bucketIds: ['bucket-1'] }, { repository }],
    ['Failed to create repo', 'Insufficient permissions to create repos', NOT_VALIDATED],
    { body: { name: 'Backup', workspaceId, mode: 'MIRROR', repoBuckets: [{ bucketId: 'bucket-1' }] } },
  ),
  route(
    ['DELETE', '/repo/repo-1', '/repo/{id}'],
    ['deleteRepository', { repositoryId: 'repo-1' }, {}],
    ['Failed to delete repo', 'Insufficient permissions to delete repo', NO_USER],
  ),
];

export const protectedRoutes: readonly ProtectedRoute[] = [
  ...firstRoutes,
  ...organizationRoutes,
  ...deletionRoutes,
];

export const publicPaths = ['/.well-known/jwks.json', '/healthz', '/readyz', '/openapi.json'] as const;

/** The request of a route as running-gateway sends it. */
export function goodRequest({ body }: ProtectedRoute): { headers: Record<string, string>; body?: string } {
  return body === undefined
    ? { headers: {} }
    : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
