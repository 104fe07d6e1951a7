import { WorkspaceRole } from '@lethe/contracts';
import { auditEvent, user } from './organization-samples.js';
import type { PublicClient } from './public-client.js';
import { deletion, workspace, WORKSPACE_ID } from './samples.js';

const ID = WORKSPACE_ID;
const createTime = workspace.createTime;
const bucket = { bucketId: 'b', workspaceId: ID, name: 'Archive', createTime };
const repository = { repositoryId: 'r', workspaceId: ID, name: 'Backup', bucketIds: ['b'], createTime };
const brief = { id: ID, name: 'Letters', orgId: 'organization-1' };
const users = [
  {
    userId: 'user-1',
    role: 'ADMIN',
    user: { id: 'user-1', name: 'Ada', lastName: 'L', email: 'ada@example.org', orgRole: 2 },
  },
];

type Call = (client: PublicClient) => Promise<unknown>;

/** Each call: what workspace-service is asked and answers, and what the client's caller gets. */
export const PUBLIC_CALLS: readonly (readonly [string, Call, string, object, object, object])[] = [
  [
    'createWorkspace',
    (c) => c.createWorkspace({ name: 'Letters' }),
    'createWorkspace',
    { name: 'Letters' },
    { workspace },
    { success: true, workspace: brief },
  ],
  [
    'getWorkspaces',
    (c) => c.getWorkspaces(),
    'listWorkspaces',
    { pageSize: 1000, pageToken: '', onlyDeleted: false },
    { workspaces: [workspace] },
    { success: true, workspaces: [{ ...brief, users }] },
  ],
  [
    'getWorkspace',
    (c) => c.getWorkspace(ID),
    'getWorkspace',
    { workspaceId: ID, showDeleted: false },
    { workspace },
    { success: true, workspace: { ...brief, users } },
  ],
  [
    'updateWorkspace',
    (c) => c.updateWorkspace(ID, { name: 'Notes' }),
    'updateWorkspace',
    { workspaceId: ID, name: 'Notes', etag: '' },
    { workspace: { ...workspace, name: 'Notes' } },
    { success: true, workspace: { ...brief, name: 'Notes' } },
  ],
  [
    'deleteWorkspace',
    (c) => c.deleteWorkspace(ID),
    'deleteWorkspace',
    { workspaceId: ID, etag: '', idempotencyKey: '' },
    { deletion },
    { success: true },
  ],
  [
    'addUserToWorkspace',
    (c) => c.addUserToWorkspace(ID, { userId: 'user-2', role: 'READ' }),
    'addMember',
    { workspaceId: ID, userId: 'user-2', role: WorkspaceRole.READ },
    {},
    { success: true },
  ],
  [
    'updateWorkspaceUserRole',
    (c) => c.updateWorkspaceUserRole(ID, 'user-2', { role: 'WRITE' }),
    'updateMember',
    { workspaceId: ID, userId: 'user-2', role: WorkspaceRole.WRITE },
    {},
    { success: true },
  ],
  [
    'removeUserFromWorkspace',
    (c) => c.removeUserFromWorkspace(ID, 'user-2'),
    'removeMember',
    { workspaceId: ID, userId: 'user-2' },
    {},
    { success: true },
  ],
  [
    'createStorageBucket',
    (c) =>
      c.createStorageBucket({
        ...{ name: 'Archive', workspaceId: ID, storageType: 'S3', bucket: 'archive', region: 'eu-west-1' },
        ...{ key: 'never read', secret: 'never read', endpoint: 'https://s3.test', projectId: null },
      }),
    'createBucket',
    { workspaceId: ID, name: 'Archive' },
    { bucket },
    { success: true, bucketId: 'b' },
  ],
  [
    'getStorageBuckets of all workspaces',
    (c) => c.getStorageBuckets(),
    'listBuckets',
    { workspaceId: '' },
    { buckets: [bucket] },
    { success: true, buckets: [{ id: 'b', name: 'Archive', workspaceId: ID }] },
  ],
  [
    'getStorageBuckets of one',
    (c) => c.getStorageBuckets(ID),
    'listBuckets',
    { workspaceId: ID },
    { buckets: [] },
    { success: true, buckets: [] },
  ],
  [
    'deleteStorageBucket',
    (c) => c.deleteStorageBucket('b'),
    'deleteBucket',
    { bucketId: 'b' },
    {},
    { success: true },
  ],
  [
    'createStorageRepo',
    (c) =>
      c.createStorageRepo({
        ...{ name: 'Backup', workspaceId: ID, storageType: 'S3', mode: 'MIRROR' },
        repoBuckets: [{ folder: 'backups', bucketId: 'b', master: true }],
      }),
    'createRepository',
    { workspaceId: ID, name: 'Backup', bucketIds: ['b'] },
    { repository },
    { success: true, repoId: 'r' },
  ],
  [
    'getStorageRepos of all workspaces',
    (c) => c.getStorageRepos(),
    'listRepositories',
    { workspaceId: '' },
    { repositories: [repository] },
    { success: true, repos: [{ id: 'r', name: 'Backup', workspaceId: ID, buckets: [{ bucketId: 'b' }] }] },
  ],
  [
    'getStorageRepos of one',
    (c) => c.getStorageRepos({ workspaceId: ID }),
    'listRepositories',
    { workspaceId: ID },
    { repositories: [] },
    { success: true, repos: [] },
  ],
  [
    'deleteStorageRepo',
    (c) => c.deleteStorageRepo('r'),
    'deleteRepository',
    { repositoryId: 'r' },
    {},
    { success: true },
  ],
  [
    'getOrganizationUsers',
    (c) => c.getOrganizationUsers(),
    'listUsers',
    { showDeleted: false },
    { users: [user], totalSize: 1 },
    { success: true, data: [{ id: 'user-2', orgRole: 2, validated: true, deletedAt: null }], total: 1 },
  ],
  [
    'deleteOrganizationUser',
    (c) => c.deleteOrganizationUser('user-2'),
    'deleteUser',
    { userId: 'user-2' },
    { orphanedWorkspaceIds: [] },
    { success: true, message: 'User deleted successfully' },
  ],
  [
    'activateOrganizationUser',
    (c) => c.activateOrganizationUser('user-2'),
    'activateUser',
    { userId: 'user-2' },
    {},
    { success: true, message: 'User activated successfully' },
  ],
  [
    'getSystemEvents',
    (c) => c.getSystemEvents({ workspaceId: ID, context: 0, skip: 0, take: 20 }),
    'listAuditEvents',
    { workspaceId: ID, context: 1, action: 0, pageSize: 20, skip: 0 },
    { events: [auditEvent], totalSize: 1 },
    { events: [{ id: 7, context: 'workspace', event: 'deleted' }], total: 1, skip: 0, take: 20 },
  ],
];
