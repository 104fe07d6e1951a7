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

/** Stays the same for as long as the outage lasts: since when, never for how long. What is left out of it begins it still. */
export function describeOutage({ store, since, code }: Pick<Outage, 'store'> & Partial<Outage>): string {
  const when = since ? ` since ${since.toISOString()}` : '';
  return `${store}: StoreAway${when}${code ? `, ${code}` : ''}`;
}

const failedAt = new WeakMap<object, string>();

/** Notes whose failure it is. */
export function nameStore(error: unknown, store: string): void {
  if (typeof error === 'object' && error !== null) failedAt.set(error, store);
}

/** The name of the store whose request failed so. */
export function storeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null ? failedAt.get(error) : undefined;
}
