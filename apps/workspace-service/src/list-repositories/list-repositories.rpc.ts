import type { ListRepositoriesRequest, ListRepositoriesResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { accountOf } from '../account/account.js';
import { refusals } from '../refusals.js';
import { callerOf, uuidOf } from '../requests.js';
import { listRepositories } from '../resource/resource.sql.js';

export const listRepositoriesRpc =
  (pool: Pool) =>
  async (request: ListRepositoriesRequest): Promise<ListRepositoriesResponse> => {
    const account = await accountOf(pool, callerOf(request));
    if (account === undefined) throw refusals.userNotFound();
    const workspaceId = request.workspaceId === '' ? null : uuidOf(request.workspaceId);
    if (workspaceId === undefined) return { repositories: [], nextPageToken: '' }; // nothing has such an id
    const rows = await listRepositories(pool, account.organizationId, account.userId, workspaceId);
    return {
      nextPageToken: '',
      repositories: rows.map((row) => ({
        repositoryId: row.repository_id,
        workspaceId: row.workspace_id,
        name: row.name,
        bucketIds: row.bucket_ids,
        createTime: row.create_time,
      })),
    };
  };
