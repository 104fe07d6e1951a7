import type { ListUsersRequest, ListUsersResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { wireUser } from '../account/account.js';
import { callingAccount, mayInOrganization } from '../authorization/authorization.js';
import { refusals } from '../refusals.js';
import { callerOf, pageSizeOf, pageToken, pageTokenOf, tokenPart } from '../requests.js';
import { countUsers, listUsers } from './list-users.sql.js';

/** The users of the caller's organization, by id. */
export const listUsersRpc =
  (pool: Pool) =>
  async (request: ListUsersRequest): Promise<ListUsersResponse> => {
    const { showDeleted } = request;
    const size = pageSizeOf(request);
    const [after = ''] = pageTokenOf(request, tokenPart.text) ?? [];
    const account = await callingAccount(pool, callerOf(request), 'listUsers');
    if (!mayInOrganization('listUsers', account))
      throw refusals.insufficientPermissions('Insufficient permissions to list users');
    const { organizationId } = account;
    const [rows, totalSize] = await Promise.all([
      listUsers(pool, organizationId, showDeleted, after, size + 1),
      countUsers(pool, organizationId, showDeleted),
    ]);
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      users: page.map(wireUser),
      nextPageToken: rows.length > size && last ? pageToken([last.user_id]) : '',
      totalSize,
    };
  };
