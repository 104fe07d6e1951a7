import { setTimeout as pause } from 'node:timers/promises';
import { DeletionState, type Deletion, type WorkspaceServiceClient } from '@lethe/contracts';
import type { GrpcCaller } from '@lethe/service';
import { isConnectionLoss } from '../connection/call-failure.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';
import type { Reconnect } from '../terminal/session.js';

/** About half a minute: a service that restarts is back by then. */
export const RECONNECT: Reconnect = {
  attempts: 10,
  pauseMs: (attempt) => Math.min(5_000, 200 * 2 ** attempt),
};

export interface FollowOptions {
  readonly signal: AbortSignal;
  readonly reconnect: Reconnect;
  /** Called when the connection was lost and is about to be tried again. */
  readonly onLost: () => void;
}

export function isFinal({ state }: Deletion): boolean {
  return state === DeletionState.PURGED || state === DeletionState.RESTORED;
}

/**
 * The deletion as it changes, through to its final state. A connection that is lost after it once worked is tried again: the
 * purge goes on meanwhile, and so does whoever watches it. Ends without a final state only when the signal aborts.
 */
export async function* followDeletion(
  caller: GrpcCaller<WorkspaceServiceClient>,
  workspaceId: string,
  { signal, reconnect, onLost }: FollowOptions,
): AsyncGenerator<Deletion> {
  let connected = false;
  let attempts = 0;
  let endings = 0;
  for (;;) {
    try {
      for await (const deletion of watchOnce(caller, workspaceId, signal)) {
        connected = true;
        attempts = 0;
        yield deletion;
        if (isFinal(deletion)) return;
      }
      if (signal.aborted) return;
      // A service that stops ends its streams; one that does so again and again will not tell the end.
      endings += 1;
      if (endings > reconnect.attempts)
        throw new Failure(EXIT.unavailable, 'the workspace service ends the watch before the deletion ends');
    } catch (error) {
      if (signal.aborted) return;
      if (!connected || !isConnectionLoss(error) || attempts >= reconnect.attempts) throw error;
    }
    if (attempts === 0) onLost();
    await pause(reconnect.pauseMs(attempts + endings), undefined, { signal }).catch(() => undefined);
    attempts += 1;
  }
}

async function* watchOnce(
  caller: GrpcCaller<WorkspaceServiceClient>,
  workspaceId: string,
  signal: AbortSignal,
): AsyncGenerator<Deletion> {
  const call = caller.stream((client) => client.watchDeletion, {
    workspaceId,
    caller: undefined,
    lastEventId: '',
  });
  const cancel = () => {
    call.cancel();
  };
  signal.addEventListener('abort', cancel);
  try {
    if (signal.aborted) return;
    for await (const { deletion } of call as AsyncIterable<{ deletion: Deletion | undefined }>)
      if (deletion !== undefined) yield deletion;
  } finally {
    signal.removeEventListener('abort', cancel);
    call.cancel();
  }
}
