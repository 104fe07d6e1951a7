import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeletionState,
  Deletion,
  type WatchDeletionRequest,
  type WatchDeletionResponse,
} from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';
import { describeDeletion } from '../deletion/describe-deletion.js';
import { visibleDeletion } from '../deletion/visible-deletion.js';
import { workspaceIdOf } from '../requests.js';

const LOOK_MS = 500;
const FINAL: readonly DeletionState[] = [DeletionState.PURGED, DeletionState.RESTORED];

/** Looks twice a second and sends what changed; slow readers miss states between, never the last. */
export const watchDeletionRpc = (pool: Pool) =>
  async function* (
    request: WatchDeletionRequest,
    { signal }: CallContext,
  ): AsyncGenerator<WatchDeletionResponse> {
    const workspaceId = workspaceIdOf(request);
    let sent = '';
    while (!signal.aborted) {
      const deletion = await describeDeletion(pool, await visibleDeletion(pool, workspaceId, undefined));
      const seen = JSON.stringify(Deletion.toJSON(deletion));
      if (seen !== sent) yield { deletion, eventId: '' };
      sent = seen;
      if (FINAL.includes(deletion.state)) return;
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  };
