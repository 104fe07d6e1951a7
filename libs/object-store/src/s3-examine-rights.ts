import type { TrialName } from './examination.js';

/** What keys need for a trial, and a purge for the same, as S3 calls it. */
export const RIGHTS: Readonly<Partial<Record<TrialName, string>>> = {
  IDENTITY: 'ListBucket',
  LIST: 'ListBucket',
  LIST_VERSIONS: 'ListBucketVersions',
  LIST_UPLOADS: 'ListBucketMultipartUploads',
  DELETE: 'DeleteObject and DeleteObjectVersion',
  DELETE_LIMIT: 'DeleteObject and DeleteObjectVersion',
};

/** The code, and which right it takes where that is what the code speaks of. */
export const missing = (code: string, right: string | undefined): string =>
  code === 'AccessDenied' && right !== undefined ? `${code}: allow ${right}` : code;

export const statusOf = (error: unknown) =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;

export const isRefusal = (error: unknown): boolean => statusOf(error) === 403;
