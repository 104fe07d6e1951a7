import type { ListWorkspacesRequest, ListWorkspacesResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { administratesOrganization } from '../account/account.js';
import { callingAccount } from '../authorization/authorization.js';
import { BEFORE_ALL_IDS, pageOf } from '../page.js';
import { callerOf, pageSizeOf, pageTokenOf, tokenPart } from '../requests.js';
import { withMembers } from '../workspace/workspace.js';
import { countFitting, listActive, listBin, listBinOf } from './list-workspaces.sql.js';

/** Of all workspaces of a page: with names of usual lengths far below the 32 MiB that a caller takes for an answer. */
const MAX_MEMBERS = 10_000;

/**
 * The active workspaces the caller is a member of; or the bin: what the right `restoreWorkspace` allows the caller to restore now.
 * A test holds the bin against that right, row by row.
 * A page ends early where its members would be too many, but never before its first workspace.
 */
export const listWorkspacesRpc =
  (pool: Pool) =>
  async (request: ListWorkspacesRequest): Promise<ListWorkspacesResponse> => {
    const size = pageSizeOf(request);
    const [after] = pageTokenOf(request, tokenPart.uuid) ?? [];
    const account = await callingAccount(pool, callerOf(request), 'listWorkspaces');
    const { organizationId, userId } = account;
    const page = [after ?? BEFORE_ALL_IDS, size + 1] as const;
    const rows = !request.onlyDeleted
      ? await listActive(pool, organizationId, userId, ...page)
      : administratesOrganization(account)
        ? await listBin(pool, organizationId, ...page)
        : await listBinOf(pool, organizationId, userId, ...page);
    const ids = rows.map((row) => row.workspace_id);
    const fitting = Math.max(1, await countFitting(pool, organizationId, ids, MAX_MEMBERS));
    const { page: found, nextPageToken } = pageOf(rows, Math.min(size, fitting), (last) => [
      last.workspace_id,
    ]);
    return { workspaces: await withMembers(pool, found), nextPageToken };
  };
