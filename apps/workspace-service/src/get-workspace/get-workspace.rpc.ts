import type { GetWorkspaceRequest, GetWorkspaceResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { accountOf, administratesOrganization } from '../account/account.js';
import { refusals } from '../refusals.js';
import { callerOf, workspaceIdOf } from '../requests.js';
import { factsOf, withMembers } from '../workspace/workspace.js';
import { findWorkspace } from '../workspace/workspace.sql.js';

/** To members; a deleted one only on request, to those who may restore it. */
export const getWorkspaceRpc =
  (pool: Pool) =>
  async (request: GetWorkspaceRequest): Promise<GetWorkspaceResponse> => {
    const account = await accountOf(pool, callerOf(request));
    if (account === undefined) throw refusals.userNotFound();
    const { organizationId, userId } = account;
    const workspaceId = workspaceIdOf(request);
    const facts = await factsOf(pool, organizationId, workspaceId, userId);
    const visible =
      facts?.state === 'active'
        ? facts.role !== undefined
        : facts?.state === 'deleted' &&
          request.showDeleted &&
          (facts.role === 'ADMIN' || administratesOrganization(account));
    const row = visible ? await findWorkspace(pool, organizationId, workspaceId) : undefined;
    // It may have been deleted between the two looks, and then other rules hold.
    if (row?.state !== facts?.state || row === undefined) throw refusals.workspaceNotFound();
    const [workspace] = await withMembers(pool, [row]);
    return { workspace };
  };
