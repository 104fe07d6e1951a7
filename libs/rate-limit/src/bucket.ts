/** What a limit may be at most, in units a second; more than any database or object storage moves. */
export const MAX_PER_SECOND = 1e9;

/** Whether a limit may be set to this; 0, which removes one, is no rate. */
export const isRate = (perSecond: number): boolean =>
  Number.isInteger(perSecond) && perSecond >= 1 && perSecond <= MAX_PER_SECOND;

/** A token bucket as it was left. A token is a unit of what is limited. */
export interface Bucket {
  readonly perSecond: number;
  /** Below 0: in debt. */
  readonly tokens: number;
  /** How long ago it was left so; below 0 where the clock was set back since. */
  readonly elapsedSeconds: number;
}

/**
 * The tokens in it now. It holds a second's worth, or one `portion` where that is more: who was idle for an hour has no hour's
 * worth to spend at once.
 */
export function refilled({ perSecond, tokens, elapsedSeconds }: Bucket, portion: number): number {
  return Math.min(Math.max(perSecond, portion), tokens + perSecond * Math.max(0, elapsedSeconds));
}

/**
 * How many of these portions may be taken, in their order. One is taken whole as soon as there is any token, and may leave less
 * than one portion of debt, which is paid back before the next: so a limit below a portion's size makes progress too, and what is
 * taken in any time is at most rate × time + what the bucket holds + the part of one portion.
 */
export function affordable(tokens: number, portions: readonly number[]): number {
  let left = tokens;
  const refused = portions.findIndex((units) => {
    if (left <= 0) return true;
    left -= units;
    return false;
  });
  return refused === -1 ? portions.length : refused;
}

/** How many portions of this size that is. */
export function portionsIn(tokens: number, portion: number): number {
  return tokens > 0 ? Math.ceil(tokens / portion) : 0;
}

/** Milliseconds until a portion can be taken; 0: now. */
export function waitMs(tokens: number, perSecond: number): number {
  return tokens > 0 ? 0 : Math.ceil((-tokens / perSecond) * 1_000) + 1;
}
