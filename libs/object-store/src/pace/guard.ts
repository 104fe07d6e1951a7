import { afterAttempt, afterProbe, beginProbe, CLOSED, type Breaker, type ProbePauses } from './breaker.js';
import { StoreAwayError, type Outage } from './store-away-error.js';
import { within } from './time-limit.js';
import { codeOf, verdictOf, type Verdict } from './verdict.js';

const PROBE_MS = 5_000;

export interface GuardOptions {
  readonly store: string;
  readonly pauses: ProbePauses;
  probe(signal: AbortSignal): Promise<unknown>;
  readonly now: () => number;
  readonly random: () => number;
  /** From now on nothing is asked. */
  opened(): void;
  /** From now on it is asked again. */
  back(): void;
}

/** The breaker of one store, with the timer of its probe. */
export interface Guard {
  readonly state: Breaker['state'];
  readonly outage: Outage | undefined;
  isAway(cause?: unknown): StoreAwayError;
  note(verdict: Verdict, error?: unknown): void;
  close(): void;
}

export function createGuard({ store, pauses, now, random, ...options }: GuardOptions): Guard {
  const closed = new AbortController();
  let breaker = CLOSED;
  let code = '';
  let timer: NodeJS.Timeout | undefined;

  const sinceWhen = () => new Date(Date.now() - (now() - (breaker.since ?? now())));
  /** Kept while it lasts: a clock that is set must not make it another. */
  let outage: Outage | undefined;

  function open(): void {
    outage ??= { store, since: sinceWhen(), code };
    timer = setTimeout(() => void probe(), Math.max(0, breaker.probeAt - now())).unref();
    options.opened();
  }

  async function probe(): Promise<void> {
    breaker = beginProbe(breaker);
    const failure = await within(PROBE_MS, closed.signal, (signal) => options.probe(signal)).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (closed.signal.aborted) return;
    const verdict = failure === undefined ? 'fine' : verdictOf(failure);
    breaker = afterProbe(breaker, verdict, now(), pauses, random());
    if (breaker.state === 'open') open();
    else options.back();
  }

  return {
    get state() {
      return breaker.state;
    },
    get outage() {
      return breaker.state === 'closed' ? undefined : outage;
    },
    isAway: (cause) => new StoreAwayError(outage ?? { store, since: sinceWhen(), code }, cause),
    note(verdict, error) {
      if (verdict !== 'fine') code = codeOf(error);
      const before = breaker.state;
      breaker = afterAttempt(breaker, verdict, now(), pauses, random());
      if (breaker.since === undefined) outage = undefined;
      if (before === 'closed' && breaker.state === 'open') open();
    },
    close() {
      clearTimeout(timer);
      closed.abort(new Error('the store is closed'));
    },
  };
}
