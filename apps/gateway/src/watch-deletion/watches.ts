import type { ServerResponse } from 'node:http';

/** What a timer can wait for: longer ones fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** A reader that takes nothing any more must not hold up a stop. */
const FLUSH_MS = 1_000;

export interface Watches {
  /**
   * A watch that is answered by this response. It ends when the response does, whoever ended it, and at the latest at
   * `untilMs` (since 1970) or with all the others.
   */
  begin(response: ServerResponse, untilMs: number): AbortSignal;
  /** Ends every watch there is, and from now on each as it begins. */
  endAll(): void;
}

export function createWatches(): Watches {
  const open = new Set<() => void>();
  let closed = false;
  return {
    begin(response, untilMs) {
      const ended = new AbortController();
      let flushing: NodeJS.Timeout | undefined;
      const end = () => {
        if (ended.signal.aborted) return;
        ended.abort();
        flushing = setTimeout(() => response.destroy(), FLUSH_MS);
      };
      const until = setTimeout(end, Math.min(untilMs - Date.now(), MAX_TIMER_MS));
      const gone = () => {
        end();
        clearTimeout(until);
        clearTimeout(flushing);
        open.delete(end);
      };
      open.add(end);
      response.once('close', gone);
      if (response.destroyed) gone();
      else if (closed) end();
      return ended.signal;
    },
    endAll() {
      closed = true;
      for (const end of open) end();
    },
  };
}
