import { DeletionState, WorkspaceServiceClient, type Deletion } from '@lethe/contracts';
import { withService } from '../connection/workspace-service.js';
import { EXIT, type ExitCode } from '../terminal/exit-code.js';
import type { Session } from '../terminal/session.js';
import { createBarView } from './bar-view.js';
import { createJsonView, createLineView, type DeletionView } from './deletion-view.js';
import { followDeletion, RECONNECT } from './follow.js';

export interface WatchOptions {
  readonly json: boolean;
  readonly server: string | undefined;
}

/** Shows a deletion until it ends. Answers 0 when the workspace is purged, 3 when it was restored. */
export async function watchDeletion(
  session: Session,
  workspaceId: string,
  options: WatchOptions,
): Promise<ExitCode> {
  session.whenInterrupted = `The deletion goes on by itself. Go on watching with: lethe deletion watch ${workspaceId}`;
  const view = viewFor(session, options.json);
  let last: Deletion | undefined;
  try {
    await withService(WorkspaceServiceClient, session, options.server, async (caller) => {
      const follow = {
        signal: session.signal,
        reconnect: session.reconnect ?? RECONNECT,
        onLost: () => {
          view.note('connection lost, trying again; the deletion goes on by itself');
        },
      };
      for await (const deletion of followDeletion(caller, workspaceId, follow)) {
        last = deletion;
        view.show(deletion);
      }
    });
  } finally {
    view.end();
  }
  return last?.state === DeletionState.RESTORED ? EXIT.restored : EXIT.ok;
}

function viewFor({ output, errors }: Session, json: boolean): DeletionView {
  if (json) return createJsonView(output, errors);
  return output.isTTY ? createBarView(output) : createLineView(output);
}
