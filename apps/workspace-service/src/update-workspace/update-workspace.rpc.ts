import type { UpdateWorkspaceRequest, UpdateWorkspaceResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { callerOf, nameOf, uuidOf } from '../requests.js';
import { updateWorkspace } from './update-workspace.js';

export const updateWorkspaceRpc =
  (pool: Pool) =>
  async (request: UpdateWorkspaceRequest): Promise<UpdateWorkspaceResponse> => ({
    workspace: await updateWorkspace(pool, {
      caller: callerOf(request),
      workspaceId: uuidOf(request.workspaceId),
      name: request.name === undefined ? undefined : nameOf({ name: request.name }),
      isDefault: request.isDefault,
      etag: request.etag,
    }),
  });
