import { StoreAnswerError } from '../s3-answer.js';

/**
 * What an attempt says of the store, whatever it says of its key. `fine`: it answered, be it with a refusal. `busy`: it asks to be asked
 * less. `away`: no answer came. `faulty`: it answered something that is of no use, which says little of its load.
 */
export type Verdict = 'fine' | 'busy' | 'away' | 'faulty';

const BUSY = new Set([
  'BandwidthLimitExceeded',
  'RequestLimitExceeded',
  'RequestTimeout',
  'RequestThrottled',
  'ServiceUnavailable',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequests',
  'TooManyRequestsException',
]);
/** Refusals that a further attempt may get past: by then the client knows how far its clock is off. */
const SKEWED = new Set(['RequestTimeTooSkewed', 'RequestExpired']);
const NO_GATEWAY = [502, 504];

/** Judges what an attempt rejected with. */
export function verdictOf(error: unknown): Verdict {
  if (error instanceof StoreAnswerError) return 'faulty';
  const { name, code, $metadata } = (error ?? {}) as {
    name?: string;
    code?: unknown;
    $metadata?: { httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode;
  if (status === 429 || status === 503 || BUSY.has(name ?? '')) return 'busy';
  if (status !== undefined && NO_GATEWAY.includes(status)) return 'away';
  if (SKEWED.has(name ?? '')) return 'faulty';
  if (status === 501 || (status !== undefined && status >= 300 && status < 500)) return 'fine';
  // Node's own code, as in ECONNRESET: the line, the name or the certificate; S3's codes are names.
  if (name === 'TimeoutError' || (status === undefined && typeof code === 'string')) return 'away';
  return 'faulty';
}

/** In as few words as there are: the store's code, or Node's. */
export function codeOf(error: unknown): string {
  const { name, code } = (error ?? {}) as { name?: string; code?: unknown };
  if (typeof code === 'string') return code;
  return name === undefined || name === 'Error' ? 'Unknown' : name;
}
