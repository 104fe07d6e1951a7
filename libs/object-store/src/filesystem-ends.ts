import { FilesystemStoreError } from './filesystem-error.js';

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly withinMs?: number;
}

export interface Ends {
  /**
   * Work that ends: by itself, by the time limit, or by the close. A file system cannot be called off, so the work looks at `end`
   * before each step. When `signal` aborts it ends after the step under way, so that nothing happens after the rejection.
   */
  run<T>(work: (end: AbortSignal) => Promise<T>, options?: RunOptions): Promise<T>;
  close(): void;
}

/** Each takes one of the process's four threads for files and names, and all stores share these. */
const AT_ONCE = 2;

/**
 * @param limitMs A mount whose server is away never answers, and keeps its thread: no more work begins than there are threads to
 * spare, and what waited in vain ends like what was begun.
 */
export function createEnds(limitMs: number): Ends {
  const underWay = new Set<(why: Error) => void>();
  const waiting: (() => void)[] = [];
  let [closed, working] = [false, 0];

  /** Until the work itself has ended, however long ago it was given up. */
  async function inTurn<T>(work: (end: AbortSignal) => Promise<T>, end: AbortSignal): Promise<T> {
    if (working >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    else working += 1;
    try {
      end.throwIfAborted();
      return await work(end);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else working -= 1;
    }
  }

  async function run<T>(
    work: (end: AbortSignal) => Promise<T>,
    { signal, withinMs = limitMs }: RunOptions = {},
  ): Promise<T> {
    if (closed) throw new Error('the store is closed');
    signal?.throwIfAborted();
    const end = new AbortController();
    let endNow: (why: Error) => void = () => undefined;
    const ended = new Promise<never>((_, reject) => {
      endNow = (why) => {
        end.abort(why);
        reject(why);
      };
    });
    const late = setTimeout(() => endNow(new FilesystemStoreError('ETIMEDOUT', 'no answer')), withinMs);
    const abort = () => end.abort(signal?.reason);
    signal?.addEventListener('abort', abort);
    underWay.add(endNow);
    try {
      return await Promise.race([inTurn(work, end.signal), ended]);
    } finally {
      clearTimeout(late);
      signal?.removeEventListener('abort', abort);
      underWay.delete(endNow);
    }
  }

  return {
    run,
    close() {
      closed = true;
      for (const endNow of underWay) endNow(new Error('the store is closed'));
    },
  };
}
