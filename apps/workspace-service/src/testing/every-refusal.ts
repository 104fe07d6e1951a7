import type { Pool } from '@lethe/postgres';
import { newDue, newPurge, newUser, newWorkspace, OPERATOR, OWNER, type Change } from './change.js';
import type { Method } from './raw-calls.js';
import { KINDS } from './stories.js';
import { addBucket, addRepository, hold, softDelete } from './world.sql.js';

export interface Refused {
  readonly method: Method;
  readonly by: Change['by'];
  readonly reason: string;
  /** The request that is refused to those who may. */
  readonly prepare: (pool: Pool) => Promise<object>;
}

const READ = 1;

/** What is refused to those who may, for the state that things are in. */
export const REFUSED: Readonly<Record<string, Refused>> = {
  'a workspace is not empty': refused('deleteWorkspace', 'WORKSPACE_HAS_RESOURCES', async (pool) => {
    const workspaceId = await newWorkspace(pool);
    await addBucket(pool, workspaceId);
    return { workspaceId };
  }),
  'a workspace is held': refused('deleteWorkspace', 'HELD', async (pool) => {
    const workspaceId = await newWorkspace(pool);
    await hold(pool, workspaceId);
    return { workspaceId };
  }),
  'a workspace has changed before its deletion': refused(
    'deleteWorkspace',
    'ETAG_MISMATCH',
    async (pool) => ({
      ...{ workspaceId: await newWorkspace(pool), etag: '0.99' },
    }),
  ),
  'a workspace has changed before its renaming': refused(
    'updateWorkspace',
    'ETAG_MISMATCH',
    async (pool) => ({
      ...{ workspaceId: await newWorkspace(pool), etag: '0.99', name: 'Zebra' },
    }),
  ),
  'a workspace is not deleted': refused('restoreWorkspace', 'WORKSPACE_ACTIVE', async (pool) => ({
    workspaceId: await newWorkspace(pool),
  })),
  'a new member is nobody': refused('addMember', 'TARGET_USER_NOT_FOUND', async (pool) => ({
    ...{ workspaceId: await newWorkspace(pool), userId: 'nobody', role: READ },
  })),
  'a new member is one already': refused('addMember', 'USER_ALREADY_MEMBER', async (pool) => {
    const userId = await newUser(pool);
    return { workspaceId: await newWorkspace(pool, userId), userId, role: READ };
  }),
  'the last ADMIN would be none': refused('updateMember', 'LAST_ADMIN', async (pool) => ({
    ...{ workspaceId: await newWorkspace(pool), userId: OWNER, role: READ },
  })),
  'the last ADMIN would go': refused('removeMember', 'LAST_ADMIN', async (pool) => ({
    ...{ workspaceId: await newWorkspace(pool), userId: OWNER },
  })),
  'a bucket is in use': refused('deleteBucket', 'BUCKET_IN_USE', async (pool) => {
    const workspaceId = await newWorkspace(pool);
    const bucketId = await addBucket(pool, workspaceId);
    await addRepository(pool, workspaceId, [bucketId]);
    return { bucketId };
  }),
  'a bucket would stand in a deleted workspace': refused(
    'createBucket',
    'WORKSPACE_NOT_FOUND',
    async (pool) => {
      const workspaceId = await newWorkspace(pool);
      await softDelete(pool, workspaceId);
      return { workspaceId, name: 'Zebra' };
    },
  ),
  "a repository would use another workspace's bucket": refused(
    'createRepository',
    'INVALID_ARGUMENT',
    async (pool) => {
      const bucketIds = [await addBucket(pool, await newWorkspace(pool))];
      return { workspaceId: await newWorkspace(pool), name: 'Zebra', bucketIds };
    },
  ),
  'an origin holds for another reason': refused('placeHold', 'HOLD_EXISTS', async (pool) => {
    const workspaceId = await newWorkspace(pool);
    await hold(pool, workspaceId, false);
    return { workspaceId, origin: 'court', reason: 'Why it is held' };
  }),
  "a hold is an operator's": refused('releaseHold', 'INSUFFICIENT_PERMISSIONS', async (pool) => {
    const workspaceId = await newWorkspace(pool);
    await hold(pool, workspaceId);
    return { workspaceId, origin: 'court' };
  }),
  'there is no such hold': refused('releaseHold', 'HOLD_NOT_FOUND', async (pool) => ({
    ...{ workspaceId: await newWorkspace(pool), origin: 'court' },
  })),
  'a user would delete itself': refused('deleteUser', 'CANNOT_DELETE_SELF', async () => ({ userId: OWNER })),
  'a user is not deleted': refused('activateUser', 'USER_NOT_DELETED', async () => ({ userId: OWNER })),
  'a policy says less than all': refused('setDeletionPolicy', 'INVALID_ARGUMENT', async () => ({
    policy: { graceSeconds: 60, purgeMode: 1 },
  })),
  'a purge is ordered of what lives': ordered('NOT_DELETABLE', async (pool) => ({
    ...{ organizationId: 'org1', workspaceId: await newWorkspace(pool) },
  })),
  'a purge is ordered before its time': ordered('NOT_DUE', async (pool) => {
    const workspaceId = await newWorkspace(pool);
    await softDelete(pool, workspaceId);
    return { organizationId: 'org1', workspaceId };
  }),
  'a purge is ordered of what is held': ordered('HELD', async (pool) => {
    const workspaceId = await newDue(pool);
    await hold(pool, workspaceId);
    return { organizationId: 'by-hand', workspaceId };
  }),
  'blocks are to be kept that an earlier order lets go': ordered('GRANTED_OTHERWISE', async (pool) => ({
    ...{ organizationId: 'by-hand', workspaceId: await newPurge(pool), keepBlocks: true },
  })),
  'what is not being purged is paused': intervening('pausePurge', 'NOT_PURGING', newDue),
  'what is not being purged is resumed': intervening('resumePurge', 'NOT_PURGING', newDue),
  'what is not being purged is retried': intervening('retryPurge', 'NOT_PURGING', newDue),
  'blocks are released of what is not being purged': intervening('releaseKeptBlocks', 'NOT_PURGING', newDue),
  'blocks are released that were not kept': intervening('releaseKeptBlocks', 'BLOCKS_NOT_KEPT', (pool) =>
    newPurge(pool),
  ),
};

function intervening(method: Method, reason: string, prepared: (pool: Pool) => Promise<string>): Refused {
  return {
    ...{ method, by: 'operator', reason },
    prepare: async (pool) => ({ workspaceId: await prepared(pool), orderedBy: OPERATOR, reason: 'r' }),
  };
}

function refused(method: Method, reason: string, prepare: Refused['prepare']): Refused {
  return { method, by: 'user', reason, prepare };
}

function ordered(reason: string, prepare: Refused['prepare']): Refused {
  const order = { kind: KINDS.deletion_planned, orderedBy: OPERATOR };
  return {
    ...{ method: 'startPurge', by: 'operator', reason },
    prepare: async (pool) => ({ ...(await prepare(pool)), ...order }),
  };
}
