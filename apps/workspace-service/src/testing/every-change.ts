import type { Pool } from '@lethe/postgres';
import type { Audited } from './audit.sql.js';
import {
  CREATED,
  DELETED,
  newUser,
  newWorkspace,
  ofWorkspace,
  OPERATOR,
  UPDATED,
  type Change,
  type Prepared,
} from './change.js';
import { ORDERS } from './every-order.js';
import type { Method } from './raw-calls.js';
import { addBucket, addRepository, hold, revoke, softDelete } from './world.sql.js';

const [BUCKET, REPOSITORY, USER, MEMBER, SETTINGS] = [1, 2, 3, 5, 8];

const ofMember = (workspaceId: string, contextId: string, action: number, detail: Audited['detail']) => [
  { context: MEMBER, contextId, workspaceId, action, detail },
];
const heldBy = { origin: 'a court', reason: 'Why it is held' };
const POLICY = { graceSeconds: 7200, orphanDelaySeconds: 60, sweepDelaySeconds: 0, sequestered: false };
const MANUAL = 2;

/** Every method that changes something for a user or an operator; one that both may call stands here for each. */
export const CHANGES: Readonly<Record<string, Change>> = {
  'a new workspace': {
    ...{ method: 'createWorkspace', by: 'user', repeatable: true, everywhere: true },
    prepare: async () => ({
      request: { name: 'Zebra' },
      writes: ({ workspace }) => [ofWorkspace(workspace?.workspaceId, CREATED)],
    }),
  },
  'another name': {
    ...{ method: 'updateWorkspace', by: 'user' },
    prepare: async (pool) => {
      const workspaceId = await newWorkspace(pool);
      const request = { workspaceId, name: 'Zebra' };
      return { request, writes: () => [ofWorkspace(workspaceId, UPDATED, { change: 'name' })] };
    },
  },
  'a default workspace': {
    ...{ method: 'updateWorkspace', by: 'user' },
    prepare: async (pool) => {
      const workspaceId = await newWorkspace(pool);
      const detail = { change: 'default', isDefault: true };
      const request = { workspaceId, isDefault: true };
      return { request, writes: () => [ofWorkspace(workspaceId, UPDATED, detail)] };
    },
  },
  'a new member': {
    ...{ method: 'addMember', by: 'user' },
    prepare: async (pool) => {
      const [workspaceId, userId] = [await newWorkspace(pool), await newUser(pool)];
      const request = { workspaceId, userId, role: 1 };
      return { request, writes: () => ofMember(workspaceId, userId, CREATED, { role: 'READ' }) };
    },
  },
  'another role': {
    ...{ method: 'updateMember', by: 'user' },
    prepare: async (pool) => {
      const userId = await newUser(pool);
      const workspaceId = await newWorkspace(pool, userId);
      const detail = { role: 'WRITE', formerRole: 'READ' };
      const request = { workspaceId, userId, role: 2 };
      return { request, writes: () => ofMember(workspaceId, userId, UPDATED, detail) };
    },
  },
  'a member less': {
    ...{ method: 'removeMember', by: 'user' },
    prepare: async (pool) => {
      const userId = await newUser(pool);
      const workspaceId = await newWorkspace(pool, userId);
      const request = { workspaceId, userId };
      return { request, writes: () => ofMember(workspaceId, userId, DELETED, { role: 'READ' }) };
    },
  },
  'a deletion': {
    ...{ method: 'deleteWorkspace', by: 'user' },
    prepare: async (pool) => {
      const workspaceId = await newWorkspace(pool);
      return {
        request: { workspaceId },
        writes: ({ deletion }) => [ofWorkspace(workspaceId, DELETED, { deletionId: deletion?.deletionId })],
      };
    },
  },
  ...forBoth('a restore', 'restoreWorkspace', async (pool) => {
    const workspaceId = await newWorkspace(pool);
    const { deletion_id: deletionId } = await softDelete(pool, workspaceId);
    const detail = { change: 'restored', deletionId };
    return { request: { workspaceId }, writes: () => [ofWorkspace(workspaceId, UPDATED, detail)] };
  }),
  ...forBoth('a hold', 'placeHold', async (pool) => {
    const workspaceId = await newWorkspace(pool);
    return {
      request: { workspaceId, ...heldBy, placedBy: OPERATOR },
      writes: ({ hold }) => [
        ofWorkspace(workspaceId, UPDATED, { change: 'hold_placed', holdId: hold?.holdId }),
      ],
    };
  }),
  ...forBoth('a released hold', 'releaseHold', async (pool, by) => {
    const workspaceId = await newWorkspace(pool);
    await hold(pool, workspaceId, by === 'operator');
    return {
      request: { workspaceId, origin: 'court', releasedBy: OPERATOR },
      writes: ({ hold: released }) => [
        ofWorkspace(workspaceId, UPDATED, { change: 'hold_released', holdId: released?.holdId }),
      ],
    };
  }),
  'a new bucket': {
    ...{ method: 'createBucket', by: 'user', repeatable: true },
    prepare: async (pool) => {
      const workspaceId = await newWorkspace(pool);
      return {
        request: { workspaceId, name: 'Zebra' },
        writes: ({ bucket }) => [
          { context: BUCKET, contextId: bucket?.bucketId, workspaceId, action: CREATED },
        ],
      };
    },
  },
  'a bucket less': {
    ...{ method: 'deleteBucket', by: 'user' },
    prepare: async (pool) => {
      const workspaceId = await newWorkspace(pool);
      const bucketId = await addBucket(pool, workspaceId);
      const written = { context: BUCKET, contextId: bucketId, workspaceId, action: DELETED };
      return { request: { bucketId }, writes: () => [written] };
    },
  },
  'a new repository': {
    ...{ method: 'createRepository', by: 'user', repeatable: true },
    prepare: async (pool) => {
      const workspaceId = await newWorkspace(pool);
      return {
        request: { workspaceId, name: 'Zebra', bucketIds: [await addBucket(pool, workspaceId)] },
        writes: ({ repository }) => [
          { context: REPOSITORY, contextId: repository?.repositoryId, workspaceId, action: CREATED },
        ],
      };
    },
  },
  'a repository less': {
    ...{ method: 'deleteRepository', by: 'user' },
    prepare: async (pool) => {
      const workspaceId = await newWorkspace(pool);
      const repositoryId = await addRepository(pool, workspaceId);
      const written = { context: REPOSITORY, contextId: repositoryId, workspaceId, action: DELETED };
      return { request: { repositoryId }, writes: () => [written] };
    },
  },
  'a user less': {
    ...{ method: 'deleteUser', by: 'user' },
    prepare: async (pool) => {
      const userId = await newUser(pool);
      return { request: { userId }, writes: () => [{ context: USER, contextId: userId, action: DELETED }] };
    },
  },
  'a user back': {
    ...{ method: 'activateUser', by: 'user' },
    prepare: async (pool) => {
      const userId = await newUser(pool);
      await revoke(pool, userId);
      const written = { context: USER, contextId: userId, action: UPDATED, detail: { change: 'activated' } };
      return { request: { userId }, writes: () => [written] };
    },
  },
  'another policy': {
    ...{ method: 'setDeletionPolicy', by: 'user', everywhere: true },
    prepare: async () => ({
      request: { policy: { ...POLICY, purgeMode: MANUAL } },
      writes: () => [
        {
          ...{ context: SETTINGS, contextId: 'org1', action: UPDATED },
          detail: { change: 'deletion_policy', ...POLICY, purgeMode: 'manual' },
        },
      ],
    }),
  },
  ...ORDERS,
};

function forBoth(
  what: string,
  method: Method,
  prepare: (pool: Pool, by: Change['by']) => Promise<Prepared>,
): Record<string, Change> {
  const by = (who: Change['by']): Change => ({ method, by: who, prepare: (pool) => prepare(pool, who) });
  return { [`${what} by a user`]: by('user'), [`${what} by an operator`]: by('operator') };
}
