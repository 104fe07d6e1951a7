/** What one trial showed of a store. */
export interface StoreFinding {
  readonly what: TrialName;
  readonly judgement: 'ok' | 'warning' | 'failure' | 'unknown';
  /** A sentence with what was seen. Never a credential. */
  readonly message: string;
}

export type TrialName =
  | 'IDENTITY'
  | 'VERSIONING'
  | 'OBJECT_LOCK'
  | 'MFA_DELETE'
  | 'LIST'
  | 'LIST_VERSIONS'
  | 'LIST_UPLOADS'
  | 'ABORT_UPLOAD'
  | 'DELETE'
  | 'DELETE_LIMIT'
  | 'CONTENT_MD5'
  | 'CONDITIONAL_DELETE'
  | 'PUT'
  | 'READ'
  | 'READ_BACK'
  | 'CLOCK';

/** What trials put or delete lies under it. No organization's prefix, and no marker's. */
export const STORE_TRIALS = '.lethe-trial/';

export const ok = (what: TrialName, message: string): StoreFinding => ({ what, judgement: 'ok', message });
export const warning = (what: TrialName, message: string): StoreFinding => ({
  what,
  judgement: 'warning',
  message,
});
export const failure = (what: TrialName, message: string): StoreFinding => ({
  what,
  judgement: 'failure',
  message,
});
export const unknown = (what: TrialName, message: string): StoreFinding => ({
  what,
  judgement: 'unknown',
  message,
});

/** Whether the markers in a store are what it is to be recognized by. */
export function findingOfIdentity(id: string, markers: readonly string[]): StoreFinding {
  if (markers.length === 0)
    return failure('IDENTITY', 'there is no marker in it: put an empty object or file for its id');
  if (markers.length > 1)
    return failure('IDENTITY', `there are ${markers.length} markers in it: leave its own only`);
  return markers[0] === id
    ? ok('IDENTITY', `its marker is ${id}`)
    : failure('IDENTITY', `its marker is another store's: ${String(markers[0])}`);
}

const CLOCK_WARNING_MS = 60_000;
/** S3 refuses signatures that are further off. */
const CLOCK_FAILURE_MS = 15 * 60_000;

/** Clocks by the second, as HTTP has them. */
export function findingOfClock(store: Date, own: Date): StoreFinding {
  const offMs = store.getTime() - own.getTime();
  const seconds = Math.round(Math.abs(offMs) / 1_000);
  const message = `its clock is ${seconds} s ${offMs < 0 ? 'behind' : 'ahead of'} this one`;
  if (Math.abs(offMs) >= CLOCK_FAILURE_MS) return failure('CLOCK', `${message}: signatures are refused`);
  return Math.abs(offMs) >= CLOCK_WARNING_MS ? warning('CLOCK', message) : ok('CLOCK', message);
}
