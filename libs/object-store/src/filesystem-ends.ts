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

/** @param limitMs A mount whose server is away never answers. */
export function createEnds(limitMs: number): Ends {
  const underWay = new Set<(why: Error) => void>();
  let closed = false;

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
      return await Promise.race([work(end.signal), ended]);
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
