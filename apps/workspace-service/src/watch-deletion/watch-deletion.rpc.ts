import { setTimeout as sleep } from 'node:timers/promises';
import { DeletionState, type WatchDeletionRequest, type WatchDeletionResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';
import { userOrOperator } from '../allowed-calls.js';
import { describeDeletion } from '../deletion/describe-deletion.js';
import { PATIENCE, type Patience } from '../deletion/standstill.js';
import { visibleDeletion } from '../deletion/visible-deletion.js';
import { uuidOf } from '../requests.js';
import { eventIdOf } from './event-id.js';
import { readVersion } from './watch-deletion.sql.js';
import { serviceStops, type Watchers } from './watchers.js';

const LOOK_MS = 500;
const FINAL: readonly DeletionState[] = [DeletionState.PURGED, DeletionState.RESTORED];

/**
 * Looks twice a second, and sends what is not what was sent last; slow readers miss states between, never the last one. A look at
 * what has not changed is one statement. Whether the caller may see it is decided anew with each change.
 */
export const watchDeletionRpc = (pool: Pool, watchers: Watchers, patience: Patience = PATIENCE) =>
  async function* (
    request: WatchDeletionRequest,
    context: CallContext,
  ): AsyncGenerator<WatchDeletionResponse> {
    const caller = userOrOperator(request, context);
    const workspaceId = uuidOf(request.workspaceId);
    const ended = new AbortController();
    const end = () => {
      ended.abort();
    };
    const leave = watchers.admit(caller?.userId, end);
    context.signal.addEventListener('abort', end);
    try {
      let sent = request.lastEventId;
      let version: string | undefined;
      let turnTime: Date | undefined;
      while (!ended.signal.aborted) {
        // Read first: what changes while it is described changes the version again.
        const now = workspaceId ? await readVersion(pool, workspaceId, caller?.userId) : undefined;
        if (now === undefined || now.version !== version || hasCome(turnTime, now.now)) {
          const row = await visibleDeletion(pool, workspaceId, caller);
          const { deletion, ...described } = await describeDeletion(pool, row, patience);
          const eventId = eventIdOf(deletion);
          if (eventId !== sent) yield { deletion, eventId };
          if (FINAL.includes(deletion.state)) return;
          [sent, version, turnTime] = [eventId, now?.version, described.turnTime];
        }
        await sleep(LOOK_MS, undefined, { signal: ended.signal }).catch(() => undefined);
      }
      if (!context.signal.aborted) throw serviceStops();
    } finally {
      leave();
      context.signal.removeEventListener('abort', end);
    }
  };

/** A silence grows too long with nothing written anywhere. */
const hasCome = (time: Date | undefined, now: Date): boolean => time !== undefined && time <= now;
