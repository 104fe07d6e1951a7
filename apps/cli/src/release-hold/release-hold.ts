import { WorkspaceServiceClient } from '@lethe/contracts';
import { readOperator } from '../config.js';
import { withService } from '../connection/workspace-service.js';
import { printHold } from '../hold/answered-hold.js';
import type { Session } from '../terminal/session.js';

/** By its id, or by its workspace and origin; what does not name it is empty. */
export interface HoldInForce {
  readonly holdId: string;
  readonly workspaceId: string;
  readonly origin: string;
}

export interface ReleaseHoldOptions {
  readonly which: HoldInForce;
  /** Undefined: LETHE_OPERATOR. */
  readonly by: string | undefined;
  readonly json: boolean;
  readonly server: string | undefined;
}

/** Releases a hold and prints it. It stays, for the audit; a deletion that is due may be purged from now on. */
export async function releaseHold(session: Session, options: ReleaseHoldOptions): Promise<void> {
  const { which, json, server } = options;
  const releasedBy = readOperator(session.env, options.by);
  session.whenInterrupted = 'The hold may be released all the same. Look with: lethe hold list';
  const { hold } = await withService(WorkspaceServiceClient, session, server, (caller) =>
    caller.unary((client) => client.releaseHold, { ...which, releasedBy, caller: undefined }),
  );
  printHold(session, hold, json);
}
