import type { Logger, Metrics } from '@lethe/telemetry';
import type { Component } from './component.js';

/** What one run did, in numbers; `more: true` says that it stopped at its bound and wants to go on at once. */
export interface RunResult {
  readonly counts: Readonly<Record<string, number>>;
  readonly more?: boolean;
}

export interface LoopOptions {
  readonly name: string;
  /** Time between runs when nothing wakes it. */
  readonly intervalMs: number;
  /** Bounded work, safe to repeat, found by looking at rows. The signal aborts when the loop stops. */
  readonly runOnce: (signal: AbortSignal) => Promise<RunResult>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** A reconciler: a thin shell around runOnce, periodic and on demand by one code path. */
export interface Loop extends Component {
  /** Runs soon; a wake during a run leads to one more run after it. */
  wake(): void;
}

const FIRST_RETRY_MS = 100;

export function createLoop({ name, intervalMs, runOnce, logger, metrics }: LoopOptions): Loop {
  const stopped = new AbortController();
  let running: Promise<void> | undefined;
  let woken = false;
  let wakeUp: () => void = () => undefined;

  async function pause(ms: number): Promise<void> {
    if (woken || stopped.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function run(): Promise<RunResult> {
    const end = metrics.loopSeconds.startTimer({ loop: name });
    try {
      const result = await runOnce(stopped.signal);
      end({ result: 'done' });
      metrics.loopLastSuccess.set({ loop: name }, Date.now() / 1000);
      for (const [count, n] of Object.entries(result.counts)) metrics.loopItems.inc({ loop: name, count }, n);
      return result;
    } catch (error) {
      end({ result: 'failed' });
      throw error;
    }
  }

  async function go(): Promise<void> {
    let failures = 0;
    while (!stopped.signal.aborted) {
      woken = false;
      try {
        const { more, counts } = await run();
        failures = 0;
        if (Object.values(counts).some((n) => n > 0)) logger.debug({ loop: name, ...counts }, 'loop ran');
        if (!more) await pause(intervalMs);
      } catch (error) {
        if (stopped.signal.aborted) return;
        failures += 1;
        logger.warn({ loop: name, failures, err: error }, 'loop failed, will run again');
        const backoffMs = Math.min(intervalMs, FIRST_RETRY_MS * 2 ** Math.min(failures, 16));
        await pause(backoffMs * (0.5 + Math.random() / 2));
        if (woken) await new Promise((resolve) => setTimeout(resolve, FIRST_RETRY_MS)); // a busy doorbell must not make it spin
      }
    }
  }

  return {
    name,
    start() {
      if (!stopped.signal.aborted) running ??= go();
      return Promise.resolve();
    },
    async stop() {
      stopped.abort();
      wakeUp();
      await running;
    },
    wake() {
      woken = true;
      wakeUp();
    },
  };
}
