import type { WatchDeletionResponse } from '@lethe/contracts';
import type { Logger } from '@lethe/telemetry';
import { z } from 'zod';
import { deletionResource, toDeletionResource } from '../deletion/deletion.js';
import { RETRY_AFTER_SECONDS } from '../http/error-mapping.js';

/** What comes soonest: the next answer, its failure, a silence as long as that, or the end of the watch. */
export async function soonest<T>(
  next: Promise<T>,
  silenceMs: number,
  ended: AbortSignal,
): Promise<T | 'silence' | 'ended'> {
  if (ended.aborted) return 'ended';
  let settle = () => {};
  const other = new Promise<'silence' | 'ended'>((resolve) => {
    const silence = setTimeout(() => resolve('silence'), silenceMs);
    const end = () => resolve('ended');
    ended.addEventListener('abort', end);
    settle = () => {
      clearTimeout(silence);
      ended.removeEventListener('abort', end);
    };
  });
  return Promise.race([next, other]).finally(settle);
}

export interface Watched {
  /** The first answer, which may be there already. */
  readonly first: Promise<IteratorResult<WatchDeletionResponse>>;
  readonly answers: AsyncIterator<WatchDeletionResponse>;
  readonly heartbeatMs: number;
  readonly ended: AbortSignal;
  readonly logger: Logger;
  readonly about: object;
}

/**
 * Server-Sent Events (HTML Living Standard, section 9.2). Nothing is made before it is asked for, so that a slow reader slows
 * workspace-service down. Ends with the answers, also when they break off: whoever has seen no final state connects again.
 */
export async function* eventStream(watched: Watched): AsyncGenerator<string> {
  const { first, answers, heartbeatMs, ended, logger, about } = watched;
  yield `retry: ${RETRY_AFTER_SECONDS * 1_000}\n\n`;
  try {
    for (let next = first; ;) {
      const came = await soonest(next, heartbeatMs, ended);
      if (came === 'ended') return;
      if (came === 'silence') {
        yield ':\n\n';
        continue;
      }
      if (came.done) return;
      yield toEvent(came.value);
      next = answers.next();
    }
  } catch (error) {
    if (!ended.aborted) logger.warn({ ...about, err: error }, 'a watch broke off');
  }
}

function toEvent({ deletion, eventId }: WatchDeletionResponse): string {
  const id = isEventId(eventId) ? `id: ${eventId}\n` : '';
  const data = JSON.stringify(z.encode(deletionResource, toDeletionResource(deletion)));
  return `event: deletion\n${id}data: ${data}\n\n`;
}

/** What fits into a line of the stream and into a header. */
export function isEventId(text: string): boolean {
  return /^[!-~]{1,256}$/.test(text);
}
