import { WorkspaceServiceClient, type Workspace } from '@lethe/contracts';
import { withService } from '../connection/workspace-service.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';
import { printable } from '../terminal/printable.js';
import { printJson, type Session } from '../terminal/session.js';

export interface RestoreOptions {
  readonly json: boolean;
  readonly server: string | undefined;
}

/**
 * Restores a workspace, members and roles as they were, and says who stays out because they were revoked meanwhile. Asks
 * nothing first: it destroys nothing, and its users can delete the workspace again. The name is not shown: it is its
 * members' own.
 */
export async function restoreWorkspace(
  session: Session,
  workspaceId: string,
  { json, server }: RestoreOptions,
): Promise<void> {
  session.whenInterrupted = `The workspace may be restored all the same. Look with: lethe deletion show ${workspaceId}`;
  const { workspace, omittedUserIds } = await withService(WorkspaceServiceClient, session, server, (caller) =>
    caller.unary((client) => client.restoreWorkspace, {
      caller: undefined,
      workspaceId,
      idempotencyKey: '',
    }),
  );
  if (workspace === undefined)
    throw new Failure(
      EXIT.unexpected,
      `the workspace service answered without the workspace: look with lethe deletion show ${workspaceId}`,
    );
  if (json) printJson(session.output, restoredJson(workspace, omittedUserIds));
  else session.output.write(restoredLines(workspace, omittedUserIds));
}

function restoredLines({ workspaceId, organizationId, members }: Workspace, omitted: string[]): string {
  const count = members.length === 1 ? '1 member' : `${members.length} members`;
  const restored = `Restored workspace ${printable(workspaceId)} of organization ${printable(organizationId)} with ${count}\n`;
  if (omitted.length === 0) return restored;
  const out = omitted.map((userId) => `  ${printable(userId)}\n`).join('');
  return `${restored}Stay out, because they were revoked meanwhile:\n${out}`;
}

function restoredJson(workspace: Workspace, omittedUserIds: string[]): Record<string, unknown> {
  return {
    workspace_id: workspace.workspaceId,
    organization_id: workspace.organizationId,
    epoch: workspace.epoch,
    member_user_ids: workspace.members.map(({ userId }) => userId),
    omitted_user_ids: omittedUserIds,
  };
}
