import type { GetWorkspaceRequest, GetWorkspaceResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { callingAccount, judge } from '../authorization/authorization.js';
import { refusals } from '../refusals.js';
import { callerOf, workspaceIdOf } from '../requests.js';
import { factsOf, withMembers } from '../workspace/workspace.js';
import { findWorkspace } from '../workspace/workspace.sql.js';

/** An active workspace; a deleted one only on request, to those who may restore it. To all others there is none. */
export const getWorkspaceRpc =
  (pool: Pool) =>
  async (request: GetWorkspaceRequest): Promise<GetWorkspaceResponse> => {
    const operation = request.showDeleted ? 'readDeletedWorkspace' : 'readWorkspace';
    const account = await callingAccount(pool, callerOf(request), operation);
    const { organizationId, userId } = account;
    const workspaceId = workspaceIdOf(request);
    const facts = await factsOf(pool, organizationId, workspaceId, userId);
    if (judge(operation, account, facts) !== 'allowed') throw refusals.workspaceNotFound();
    const row = await findWorkspace(pool, organizationId, workspaceId);
    // It may have been deleted between the two looks, and then other rules hold.
    if (row === undefined || row.state !== facts?.state) throw refusals.workspaceNotFound();
    const [workspace] = await withMembers(pool, [row]);
    return { workspace };
  };
