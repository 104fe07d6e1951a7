import { WorkspaceServiceClient } from '@lethe/contracts';
import { readOperator } from '../config.js';
import { withService } from '../connection/workspace-service.js';
import { printHold } from '../hold/answered-hold.js';
import type { Session } from '../terminal/session.js';

export interface PlaceHoldOptions {
  readonly workspaceId: string;
  readonly origin: string;
  readonly reason: string;
  /** Undefined: LETHE_OPERATOR. */
  readonly by: string | undefined;
  readonly json: boolean;
  readonly server: string | undefined;
}

/** Places a hold and prints it: the one in force already, where the same origin has the same reason. */
export async function placeHold(session: Session, options: PlaceHoldOptions): Promise<void> {
  const { workspaceId, origin, reason, json, server } = options;
  const placedBy = readOperator(session.env, options.by);
  session.whenInterrupted = `The hold may be in force all the same. Look with: lethe hold list ${workspaceId}`;
  const { hold } = await withService(WorkspaceServiceClient, session, server, (caller) =>
    caller.unary((client) => client.placeHold, { workspaceId, origin, reason, placedBy, caller: undefined }),
  );
  printHold(session, hold, json);
}
