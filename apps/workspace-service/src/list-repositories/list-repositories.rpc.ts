import type { ListRepositoriesRequest, ListRepositoriesResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { callingAccount } from '../authorization/authorization.js';
import { BEFORE_ALL_IDS, pageOf } from '../page.js';
import { callerOf, pageSizeOf, pageTokenOf, tokenPart, uuidOf } from '../requests.js';
import { wireRepository } from '../resource/resource.js';
import { findRepository, listRepositories } from './list-repositories.sql.js';

/** The repositories that the caller sees, by page; or the one of them that is asked for. */
export const listRepositoriesRpc =
  (pool: Pool) =>
  async (request: ListRepositoriesRequest): Promise<ListRepositoriesResponse> => {
    const size = pageSizeOf(request);
    const after = pageTokenOf(request, tokenPart.uuid, tokenPart.uuid) ?? [BEFORE_ALL_IDS, BEFORE_ALL_IDS];
    const { organizationId, userId } = await callingAccount(pool, callerOf(request), 'listResources');
    const workspaceId = request.workspaceId === '' ? null : uuidOf(request.workspaceId);
    if (workspaceId === undefined) return { repositories: [], nextPageToken: '' }; // nothing has such an id
    if (request.repositoryId !== '') {
      const id = uuidOf(request.repositoryId);
      const row = id && (await findRepository(pool, organizationId, userId, workspaceId, id));
      return { repositories: row ? [wireRepository(row)] : [], nextPageToken: '' };
    }
    const rows = await listRepositories(pool, organizationId, userId, workspaceId, after, size + 1);
    const { page, nextPageToken } = pageOf(rows, size, (last) => [last.workspace_id, last.repository_id]);
    return { repositories: page.map(wireRepository), nextPageToken };
  };
