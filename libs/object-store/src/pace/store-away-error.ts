/** A store that is not asked now, because it did not answer or wanted rest, and since when. */
export interface Outage {
  readonly store: string;
  readonly since: Date;
  /** The code of the last failure. */
  readonly code: string;
}

/** Nothing was sent, or what was sent failed like all before it: the store is away for all requests alike. */
export class StoreAwayError extends Error {
  override readonly name = 'StoreAwayError';
  constructor(
    readonly outage: Outage,
    cause?: unknown,
  ) {
    super(describeOutage(outage), { cause });
  }
}

/** Stays the same for as long as the outage lasts: since when, never for how long. */
export function describeOutage({ store, since, code }: Outage): string {
  return `${store}: StoreAway since ${since.toISOString()}, ${code}`;
}
