import type { Verdict } from './verdict.js';

/**
 * Whether a store is asked at all. `closed`: it is; attempts that fail in a row open it. `open`: nothing is asked until `probeAt`; then
 * one probe is (`probing`), and its end closes it, or opens it again for longer.
 */
export interface Breaker {
  readonly state: 'closed' | 'open' | 'probing';
  /** Of the failures in a row. */
  readonly points: number;
  readonly failures: number;
  /** Of the first of them; stays until an attempt succeeds that was no probe. */
  readonly since: number | undefined;
  /** In a row, as many without such a success between. */
  readonly openings: number;
  readonly probeAt: number;
}

export interface ProbePauses {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** No answer weighs more than one that asks for patience: that one shows that the store lives. */
const POINTS = { away: 3, busy: 1, faulty: 1 } as const;
const OPENS_AT = 30;
/** Where each failure takes its time limit, the points would take minutes. */
const FAILURES = 3;
const FAILING_MS = 30_000;
/** A store that lives is looked at again within this times the first pause. */
const BUSY_PAUSES = 4;

export const CLOSED: Breaker = {
  state: 'closed',
  points: 0,
  failures: 0,
  since: undefined,
  openings: 0,
  probeAt: 0,
};

/** One attempt ended that was no probe. One that ends while nothing is asked began long ago, and changes nothing. */
export function afterAttempt(
  had: Breaker,
  verdict: Verdict,
  at: number,
  pauses: ProbePauses,
  random: number,
): Breaker {
  if (had.state !== 'closed') return had;
  if (verdict === 'fine') return CLOSED;
  const failing = {
    ...had,
    points: had.points + POINTS[verdict],
    failures: had.failures + 1,
    since: had.since ?? at,
  };
  const lasts = failing.failures >= FAILURES && at - failing.since >= FAILING_MS;
  return failing.points >= OPENS_AT || lasts ? opened(failing, verdict, at, pauses, random) : failing;
}

export const beginProbe = (had: Breaker): Breaker => ({ ...had, state: 'probing' });

/** Closed, but the failures are forgotten only when something else than a probe succeeds: else it would open for a second each time. */
export function afterProbe(
  had: Breaker,
  verdict: Verdict,
  at: number,
  pauses: ProbePauses,
  random: number,
): Breaker {
  if (verdict === 'fine') return { ...had, state: 'closed', points: 0, failures: 0 };
  return opened(had, verdict, at, pauses, random);
}

function opened(
  had: Breaker,
  verdict: Exclude<Verdict, 'fine'>,
  at: number,
  { firstMs, mostMs }: ProbePauses,
  random: number,
): Breaker {
  const most = verdict === 'busy' ? Math.min(mostMs, BUSY_PAUSES * firstMs) : mostMs;
  const pause = Math.min(most, firstMs * 2 ** Math.min(30, had.openings));
  // Between half of it and all: replicas do not knock together, and none knocks at once.
  return { ...had, state: 'open', openings: had.openings + 1, probeAt: at + pause * (0.5 + random / 2) };
}
