import type { Answer } from './post.js';

/** What becomes of a delivery after an attempt. */
export type Judgement =
  | { readonly kind: 'delivered' }
  /** The endpoint says that it is gone for ever: nothing is sent there any more. */
  | { readonly kind: 'gone'; readonly reason: string }
  | { readonly kind: 'retry'; readonly reason: string; readonly afterSeconds: number }
  /** The last attempt failed. */
  | { readonly kind: 'dead'; readonly reason: string };

const [MINUTE, HOUR] = [60, 3_600];

/** The pauses between attempts that the convention proposes; behind the last one an endpoint had more than three days. */
export const PAUSES_SECONDS: readonly number[] = [
  ...[5, 5 * MINUTE, 30 * MINUTE],
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR),
];
const LONGEST_SECONDS = 24 * HOUR;

export interface Chance {
  /** For a Retry-After that names a date. */
  readonly now: Date;
  /** From 0 up to 1. */
  readonly random: number;
}

/**
 * 2xx is delivered, 410 gone, everything else failed, a redirect too. Pauses are spread by as much as they are long, around the
 * convention's, so that endpoints that failed together do not get everything back at once; and not shorter than the endpoint's
 * Retry-After, up to a day.
 *
 * @param attempt which one this was, from 1
 */
export function judgeAttempt(answer: Answer, attempt: number, chance: Chance): Judgement {
  if (answer.kind === 'failed') return failed(answer.reason, attempt, undefined, chance);
  const { status, retryAfter } = answer;
  if (status >= 200 && status <= 299) return { kind: 'delivered' };
  const reason = `answered ${status}`;
  if (status === 410) return { kind: 'gone', reason };
  return failed(reason, attempt, retryAfter, chance);
}

function failed(reason: string, attempt: number, retryAfter: string | undefined, chance: Chance): Judgement {
  const pause = PAUSES_SECONDS[attempt - 1];
  if (pause === undefined) return { kind: 'dead', reason };
  const spread = pause * (0.5 + chance.random);
  const asked = Math.min(secondsOf(retryAfter, chance.now), LONGEST_SECONDS);
  return { kind: 'retry', reason, afterSeconds: Math.max(spread, asked) };
}

/** RFC 9110: whole seconds, or a date. What is neither asks for nothing. */
function secondsOf(retryAfter: string | undefined, now: Date): number {
  if (retryAfter === undefined) return 0;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter);
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? 0 : Math.max(0, (at - now.getTime()) / 1000);
}
