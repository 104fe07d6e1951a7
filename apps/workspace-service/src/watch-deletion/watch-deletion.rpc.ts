import { setTimeout as sleep } from 'node:timers/promises';
import { DeletionState, type WatchDeletionRequest, type WatchDeletionResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';
import { userOrOperator } from '../allowed-calls.js';
import { describeDeletion } from '../deletion/describe-deletion.js';
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
export const watchDeletionRpc = (pool: Pool, watchers: Watchers) =>
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
      while (!ended.signal.aborted) {
        // Read first: what changes while it is described changes the version again.
        const now = workspaceId && (await readVersion(pool, workspaceId, caller?.userId))?.version;
        if (now === undefined || now !== version) {
          const deletion = await describeDeletion(pool, await visibleDeletion(pool, workspaceId, caller));
          const eventId = eventIdOf(deletion);
          if (eventId !== sent) yield { deletion, eventId };
          if (FINAL.includes(deletion.state)) return;
          [sent, version] = [eventId, now];
        }
        await sleep(LOOK_MS, undefined, { signal: ended.signal }).catch(() => undefined);
      }
      if (!context.signal.aborted) throw serviceStops();
    } finally {
      leave();
      context.signal.removeEventListener('abort', end);
    }
  };
