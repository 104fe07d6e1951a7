import type { Breaker } from './breaker.js';
import {
  firstConcurrency,
  lowestConcurrency,
  nextConcurrency,
  type Concurrency,
  type Sample,
} from './concurrency.js';
import { createGuard } from './guard.js';
import { isSlow, nextLatency, sizeClass, type Latency } from './latency.js';
import { createPauses } from './pauses.js';
import { backoffMs, firstBudget, payIn, payRetry } from './retry-budget.js';
import { createSlots } from './slots.js';
import { nameStore, type Outage } from './store-away-error.js';
import { follow, within } from './time-limit.js';
import { verdictOf, type Verdict } from './verdict.js';

/** A request, as often as it takes. */
export interface Request<T> {
  /** Requests of one kind are compared in how long they take. */
  readonly kind: string;
  /** Makes one attempt, which ends when the signal aborts. */
  attempt(signal: AbortSignal): Promise<T>;
  /** How many keys or so it was about. */
  itemsOf(answer: T): number;
}

/** How a store is being asked now. */
export interface PaceGauges {
  readonly limit: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly breaker: Breaker['state'];
}

/** Decides how much a store is asked, and whether it is. One for each store and process. */
export interface Pace {
  /**
   * Sends a request when there is room, and again after failures that a further attempt may mend: bounded, and paid from a budget.
   * Rejects with the last failure, with a {@link StoreAwayError} while the store is away, and when `signal` aborts or the pace is
   * closed: no attempt begins after that.
   */
  run<T>(request: Request<T>, signal?: AbortSignal): Promise<T>;
  /** Undefined: requests are sent. */
  readonly outage: Outage | undefined;
  readonly gauges: PaceGauges;
  close(): void;
}

/** Milliseconds; what a test makes shorter. */
export interface PaceTimes {
  readonly backoffMs: number;
  readonly mostBackoffMs: number;
  readonly probeMs: number;
  readonly mostProbeMs: number;
}

export interface PaceOptions extends Partial<PaceTimes> {
  readonly store: string;
  readonly maxInFlight: number;
  /** For each attempt. */
  readonly attemptMs: number;
  /** Something small that succeeds when the store is back. */
  probe(signal: AbortSignal): Promise<unknown>;
  readonly now?: () => number;
  readonly random?: () => number;
}

/** Of one that got no answer, or none of use. Where the store asks for patience, time alone bounds them. */
const ATTEMPTS = 3;
const UNPAID_MS = 100;
const TIMES: PaceTimes = { backoffMs: 100, mostBackoffMs: 2_000, probeMs: 1_000, mostProbeMs: 30_000 };

export function createPace(options: PaceOptions): Pace {
  const { attemptMs, now = () => performance.now(), random = Math.random } = options;
  const times = { ...TIMES, ...options };
  const bounds = { min: 1, max: options.maxInFlight };

  let concurrency: Concurrency = firstConcurrency(bounds);
  let budget = firstBudget(now());
  const latencies = new Map<string, Latency>();
  const slots = createSlots(concurrency.limit);
  const pauses = createPauses();
  const underWay = new Set<AbortController>();
  let closed: Error | undefined;

  function resize(to: Concurrency): void {
    concurrency = to;
    slots.resize(to.limit);
  }
  const guard = createGuard({
    store: options.store,
    pauses: { firstMs: times.probeMs, mostMs: times.mostProbeMs },
    probe: (signal) => options.probe(signal),
    now,
    random,
    opened() {
      slots.refuse(() => guard.isAway());
      pauses.end();
    },
    back: () => {
      resize(lowestConcurrency(bounds, concurrency, now()));
    },
  });

  /** One attempt, with what it says of the store. */
  async function attempt<T>(request: Request<T>, wanted: AbortSignal): Promise<T> {
    const begunAt = now();
    const ended = (signal: Sample['signal']) => {
      resize(nextConcurrency(concurrency, { signal, begunAt, at: now(), inFlight: slots.taken }, bounds));
    };
    try {
      const answer = await within(attemptMs, wanted, (signal) => request.attempt(signal));
      const kind = `${request.kind}/${sizeClass(request.itemsOf(answer))}`;
      const latency = nextLatency(latencies.get(kind), now() - begunAt, now());
      latencies.set(kind, latency);
      ended(isSlow(latency) ? 'slow' : 'fine');
      guard.note('fine');
      return answer;
    } catch (error) {
      // That it was no longer wanted says nothing of the store.
      if (wanted.aborted) throw error;
      const verdict = verdictOf(error);
      if (verdict === 'busy' || verdict === 'away') ended('overloaded');
      guard.note(verdict, error);
      throw error;
    }
  }

  /**
   * Whether there may be one more attempt, which is paid for then. For a store that asks for patience it waits until it can be: what it
   * is spared in retries it would have to bear as whole pages that begin anew.
   */
  async function mayRetry(
    verdict: Verdict,
    attempts: number,
    until: number,
    wanted: AbortSignal,
  ): Promise<boolean> {
    if (verdict === 'fine' || (verdict !== 'busy' && attempts >= ATTEMPTS)) return false;
    while (now() < until && !wanted.aborted && guard.state === 'closed') {
      const paid = payRetry(budget, now());
      budget = paid ?? budget;
      if (paid || verdict !== 'busy') return paid !== undefined;
      await pauses.pause(UNPAID_MS, wanted);
    }
    return guard.state !== 'closed';
  }

  /** In its place, which it keeps while it waits to be sent again: who is asked to come later is not replaced by another. */
  async function attemptOften<T>(request: Request<T>, wanted: AbortSignal): Promise<T> {
    budget = payIn(budget);
    const until = now() + ATTEMPTS * attemptMs;
    for (let attempts = 1; ; attempts++) {
      wanted.throwIfAborted();
      if (guard.state !== 'closed') throw guard.isAway();
      try {
        return await attempt(request, wanted);
      } catch (error) {
        if (wanted.aborted) throw error;
        const verdict = verdictOf(error);
        if (verdict !== 'fine' && guard.state !== 'closed') throw guard.isAway(error);
        if (!(await mayRetry(verdict, attempts, until, wanted))) throw error;
      }
      await pauses.pause(backoffMs(attempts, times.backoffMs, times.mostBackoffMs, random()), wanted);
    }
  }

  return {
    async run(request, signal) {
      if (closed) throw closed;
      const end = new AbortController();
      const unfollow = signal && follow(signal, end);
      let free: (() => void) | undefined;
      underWay.add(end);
      try {
        if (guard.state !== 'closed') throw guard.isAway();
        free = await slots.take(end.signal);
        return await attemptOften(request, end.signal);
      } catch (error) {
        nameStore(error, options.store);
        throw error;
      } finally {
        free?.();
        underWay.delete(end);
        unfollow?.();
      }
    },
    get outage() {
      return guard.outage;
    },
    get gauges() {
      const { taken: inFlight, waiting } = slots;
      return { limit: Math.floor(concurrency.limit), inFlight, waiting, breaker: guard.state };
    },
    close() {
      closed = new Error('the store is closed');
      guard.close();
      for (const end of underWay) end.abort(closed);
    },
  };
}
