import type { ListWorkspacesRequest, ListWorkspacesResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { accountOf } from '../account/account.js';
import { refusals } from '../refusals.js';
import { callerOf } from '../requests.js';
import { withMembers } from '../workspace/workspace.js';
import { listWorkspacesOf } from '../workspace/workspace.sql.js';

/** The active workspaces the caller is a member of. */
export const listWorkspacesRpc =
  (pool: Pool) =>
  async (request: ListWorkspacesRequest): Promise<ListWorkspacesResponse> => {
    const account = await accountOf(pool, callerOf(request));
    if (account === undefined) throw refusals.userNotFound();
    const rows = await listWorkspacesOf(pool, account.organizationId, account.userId);
    return { workspaces: await withMembers(pool, rows), nextPageToken: '' };
  };
