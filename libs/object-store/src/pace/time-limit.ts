/** Ends what takes longer than its time, by a TimeoutError, or when the signal aborts. */
export async function within<T>(
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const end = new AbortController();
  let late = false;
  const unfollow = follow(signal, end);
  const timer = setTimeout(() => {
    late = true;
    end.abort();
  }, ms);
  try {
    return await work(end.signal);
  } catch (error) {
    if (!late || signal.aborted) throw error;
    throw Object.assign(new Error(`no whole answer within ${ms} ms`, { cause: error }), {
      name: 'TimeoutError',
    });
  } finally {
    clearTimeout(timer);
    unfollow();
  }
}

/**
 * Aborts `end` when the signal does; the answer undoes it. Not AbortSignal.any: what that makes of a signal which lives as long as the
 * process is not let go of.
 */
export function follow(signal: AbortSignal, end: AbortController): () => void {
  const abort = () => {
    end.abort(signal.reason);
  };
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  return () => {
    signal.removeEventListener('abort', abort);
  };
}
