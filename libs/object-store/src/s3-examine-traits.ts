import { GetObjectLegalHoldCommand, GetObjectRetentionCommand } from '@aws-sdk/client-s3';
import { failure, ok, unknown, warning, type StoreFinding } from './examination.js';
import type { BucketTraits } from './object-store.js';
import type { BoundedClient } from './s3-client.js';

/** What a bucket's traits say about its purges. */
export function findingsOfTraits({ reachable, versioning, mfaDelete }: BucketTraits): StoreFinding[] {
  return [
    versioning === 'unknown'
      ? unknown('VERSIONING', silence(reachable))
      : ok('VERSIONING', versioning === 'none' ? 'none' : `${versioning}: all versions are deleted`),
    mfaDelete
      ? failure('MFA_DELETE', 'deleting a version takes a device that no service has')
      : ok('MFA_DELETE', 'not required'),
  ];
}

const silence = (reachable: boolean) =>
  reachable ? 'the store does not say' : 'the bucket cannot be reached';

/** A key that may not ask about locks takes a locked version for one that fails for now. Asked about the marker: any object will do. */
export async function findingsOfLocks(
  { reachable, objectLock }: BucketTraits,
  send: BoundedClient['send'],
  marker: { readonly Bucket: string; readonly Key: string },
): Promise<StoreFinding[]> {
  if (objectLock === 'unknown') return [unknown('OBJECT_LOCK', silence(reachable))];
  if (!objectLock) return [ok('OBJECT_LOCK', 'none')];
  const isRefused = (asked: Promise<unknown>) =>
    asked.then(
      () => false,
      (error: unknown) => statusOf(error) === 403,
    );
  const refused = await Promise.all([
    isRefused(send(new GetObjectRetentionCommand(marker))),
    isRefused(send(new GetObjectLegalHoldCommand(marker))),
  ]);
  const rights = ['GetObjectRetention', 'GetObjectLegalHold'].filter((_, i) => refused[i]);
  if (rights.length > 0) {
    const why = `locks cannot be asked about: pages would be tried again and again; allow ${rights.join(', ')}`;
    return [failure('OBJECT_LOCK', why)];
  }
  return [
    warning('OBJECT_LOCK', 'versions may be locked: their purge waits until that ends, and is never forced'),
  ];
}

export const statusOf = (error: unknown) =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
