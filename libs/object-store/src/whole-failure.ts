import { StoreAnswerError } from './s3-answer.js';

/** By these the store says that it, its account or the request's time are what is wrong, not what the request asks for. */
const THE_STORES_OWN = new Set([
  'AuthorizationHeaderMalformed',
  'BadDigest',
  'ExpiredToken',
  'IllegalLocationConstraintException',
  'InvalidDigest',
  'InvalidToken',
  'MissingContentMD5',
  'RequestTimeout',
  'RequestTimeTooSkewed',
  'ServiceUnavailable',
  'SlowDown',
  'ThrottlingException',
  'TooManyRequests',
]);

/**
 * Whether a deletion that failed as a whole may have failed because of one of its keys: the store answered, and by its answer it could
 * not take the request (400), failed inside (500), or made no sense. No answer at all, a busy store, a missing bucket and a refusal of
 * all that is asked are the store's.
 */
export function mayBeOneKeys(error: unknown): boolean {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  if (error instanceof StoreAnswerError) return true;
  const status = $metadata?.httpStatusCode;
  if (status === undefined || THE_STORES_OWN.has(name ?? '')) return false;
  // A 200 that is an error all the same could not be read.
  return status === 200 || status === 400 || status === 500;
}
