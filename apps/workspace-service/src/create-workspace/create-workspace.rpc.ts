import { randomUUID } from 'node:crypto';
import type { CreateWorkspaceRequest, CreateWorkspaceResponse } from '@lethe/contracts';
import { transaction, type Pool } from '@lethe/postgres';
import { lockAccount } from '../account/account.sql.js';
import { appendAudit } from '../audit/audit.sql.js';
import { callingAccount, mayInOrganization } from '../authorization/authorization.js';
import { refusals } from '../refusals.js';
import { callerOf, nameOf } from '../requests.js';
import { withMembers } from '../workspace/workspace.js';
import { findWorkspace } from '../workspace/workspace.sql.js';
import { insertWorkspace } from './create-workspace.sql.js';

export const createWorkspaceRpc =
  (pool: Pool) =>
  async (request: CreateWorkspaceRequest): Promise<CreateWorkspaceResponse> => {
    const [caller, name] = [callerOf(request), nameOf(request)];
    return transaction(pool, async (tx) => {
      await lockAccount(tx, caller.userId);
      const account = await callingAccount(tx, caller, 'createWorkspace');
      if (!mayInOrganization('createWorkspace', account))
        throw refusals.insufficientPermissions('Insufficient permissions to create workspaces');
      const { organizationId, userId: createdBy } = account;
      const workspaceId = randomUUID();
      await insertWorkspace(tx, { workspaceId, organizationId, name, createdBy });
      await appendAudit(tx, {
        ...{ organizationId, workspaceId, context: 'workspace', contextId: workspaceId, action: 'created' },
        by: { userId: createdBy },
      });
      const row = await findWorkspace(tx, organizationId, workspaceId);
      const [workspace] = await withMembers(tx, row ? [row] : []);
      return { workspace };
    });
  };
