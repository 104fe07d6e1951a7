import { status } from '@grpc/grpc-js';
import { isDatabaseAway, isLockTimeout } from '@lethe/postgres';

/** The queue did not store what was given to it. */
export class QueueError extends Error {
  override readonly name = 'QueueError';
}

/** What kind of failure it is, to be shown with the purge: none of the error's own words, which may name addresses or secrets. */
export function failureOf(error: unknown): string {
  if (error instanceof QueueError) return 'the queue stores nothing';
  if (!(error instanceof Error)) return 'an unexpected error';
  if (isDatabaseAway(error)) return 'the database is away';
  const { code } = error as { code?: unknown };
  if (typeof code === 'number') return `the authority answers ${status[code] ?? 'an unknown code'}`;
  if (isLockTimeout(error)) return 'writers of the organization are stuck';
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return `the database answers ${code}`;
  return 'an unexpected error';
}
