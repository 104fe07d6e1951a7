/** What is known of how long one kind of request takes: a slowly renewed minimum, and a mean of the last ones. */
export interface Latency {
  readonly mean: number;
  /** The fastest of this window and of the one before, so that what is forgotten is old, and never all at once. */
  readonly fastest: number;
  readonly fastestBefore: number;
  readonly windowAt: number;
}

const WINDOW_MS = 60_000;
const WEIGHT = 0.2;
/** A store whose requests queue at its own side takes so many times as long, and so much more, before it is asked less. */
const TOLERANCE = 4;
const SLACK_MS = 25;

export function nextLatency(had: Latency | undefined, ms: number, at: number): Latency {
  if (had === undefined) return { mean: ms, fastest: ms, fastestBefore: ms, windowAt: at };
  const mean = had.mean + WEIGHT * (ms - had.mean);
  if (at - had.windowAt >= WINDOW_MS) return { mean, fastest: ms, fastestBefore: had.fastest, windowAt: at };
  return { ...had, mean, fastest: Math.min(had.fastest, ms) };
}

/** Whether requests of this kind take far longer than they need. */
export function isSlow({ mean, fastest, fastestBefore }: Latency): boolean {
  return mean > TOLERANCE * Math.min(fastest, fastestBefore) + SLACK_MS;
}

/** Requests are compared with those of like size: a thousand keys take longer than one. */
export function sizeClass(items: number): number {
  return items < 1 ? 0 : 1 + Math.floor(Math.log2(items) / 2);
}
