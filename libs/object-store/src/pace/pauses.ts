/** Waits that end early, all together or each by its signal. */
export interface Pauses {
  /** Resolves after its time, when the signal aborts, or at {@link Pauses.end}. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
  end(): void;
}

export function createPauses(): Pauses {
  const ends = new Set<() => void>();
  return {
    pause(ms, signal) {
      return new Promise((resolve) => {
        const end = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', end);
          ends.delete(end);
          resolve();
        };
        const timer = setTimeout(end, ms);
        ends.add(end);
        signal.addEventListener('abort', end);
        if (signal.aborted) end();
      });
    },
    end() {
      for (const end of [...ends]) end();
    },
  };
}
