import { status } from '@grpc/grpc-js';
import { RefusalError } from '@lethe/outcome';
import type { Component } from '@lethe/service';

/** Each watcher asks the database twice a second: there is an end to how many that can be, and to how many one user takes. */
export const WATCHER_LIMITS = { perProcess: 500, perUser: 20 };
export type WatcherLimits = typeof WATCHER_LIMITS;

/** Who watches at the moment. Stopping ends them all at once, before the server waits for calls under way. */
export interface Watchers extends Component {
  /**
   * @param userId undefined: an operator, who is counted with all but by no limit of one's own
   * @param end called when the service stops, at most once
   * @returns to be called when the watcher is gone
   * @throws RESOURCE_EXHAUSTED TOO_MANY_WATCHERS; UNAVAILABLE once stopped.
   */
  admit(userId: string | undefined, end: () => void): () => void;
}

export function createWatchers(
  { perProcess, perUser }: WatcherLimits = WATCHER_LIMITS,
  counted: (open: number) => void = () => undefined,
): Watchers {
  const open = new Set<{ readonly userId: string | undefined; readonly end: () => void }>();
  const perUserNow = new Map<string, number>();
  let stopped = false;
  const count = (userId: string | undefined, change: 1 | -1) => {
    counted(open.size);
    if (userId === undefined) return;
    const now = (perUserNow.get(userId) ?? 0) + change;
    if (now === 0) perUserNow.delete(userId);
    else perUserNow.set(userId, now);
  };
  return {
    name: 'watchers',
    start: () => Promise.resolve(),
    stop() {
      stopped = true;
      for (const { end } of open) end();
      return Promise.resolve();
    },
    admit(userId, end) {
      if (stopped) throw serviceStops();
      if (userId !== undefined && (perUserNow.get(userId) ?? 0) >= perUser)
        throw tooMany(`A user may watch ${perUser} deletions at once: end another watch first`);
      if (open.size >= perProcess) throw tooMany('Too many deletions are being watched: try again later');
      const watcher = { userId, end };
      open.add(watcher);
      count(userId, 1);
      return () => {
        if (open.delete(watcher)) count(userId, -1);
      };
    },
  };
}

const tooMany = (message: string) =>
  new RefusalError({ code: status.RESOURCE_EXHAUSTED, reason: 'TOO_MANY_WATCHERS', message });

/** An end without an error is that of a final state alone: whoever has not seen one knows to come again. */
export const serviceStops = () =>
  new RefusalError({
    code: status.UNAVAILABLE,
    reason: 'UNAVAILABLE',
    message: 'The service stops: watch again',
  });
