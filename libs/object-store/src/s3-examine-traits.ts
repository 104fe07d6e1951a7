import { GetObjectLegalHoldCommand, GetObjectRetentionCommand } from '@aws-sdk/client-s3';
import { failure, ok, unknown, warning, type StoreFinding } from './examination.js';
import type { AskedTraits } from './s3-bucket-traits.js';
import type { BoundedClient } from './s3-client.js';
import { isRefusal, missing } from './s3-examine-rights.js';

/** What a bucket's traits say about its purges. Nothing is deleted where the store does not say whether there are versions. */
export function findingsOfTraits({ traits, untold }: AskedTraits): StoreFinding[] {
  const { versioning, mfaDelete, reachable } = traits;
  if (untold.versioning !== undefined) {
    const why = missing(untold.versioning.name, 'GetBucketVersioning');
    return [
      failure('VERSIONING', `the store does not say: ${why}`),
      unknown('MFA_DELETE', 'the store does not say'),
    ];
  }
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
  { traits: { reachable, objectLock }, untold }: AskedTraits,
  send: BoundedClient['send'],
  marker: { readonly Bucket: string; readonly Key: string },
): Promise<StoreFinding[]> {
  const mayNotAsk = untold.objectLock !== undefined && isRefusal(untold.objectLock);
  if (objectLock === 'unknown' && !mayNotAsk) return [unknown('OBJECT_LOCK', silence(reachable))];
  if (objectLock === false) return [ok('OBJECT_LOCK', 'none')];
  const isRefused = (asked: Promise<unknown>) => asked.then(() => false, isRefusal);
  const refused = [
    mayNotAsk,
    ...(await Promise.all([
      isRefused(send(new GetObjectRetentionCommand(marker))),
      isRefused(send(new GetObjectLegalHoldCommand(marker))),
    ])),
  ];
  const rights = QUESTIONS.filter((_, i) => refused[i]);
  if (rights.length > 0) {
    const why = `locks cannot be asked about: pages would be tried again and again; allow ${rights.join(', ')}`;
    return [failure('OBJECT_LOCK', why)];
  }
  return [
    warning('OBJECT_LOCK', 'versions may be locked: their purge waits until that ends, and is never forced'),
  ];
}

const QUESTIONS = ['GetBucketObjectLockConfiguration', 'GetObjectRetention', 'GetObjectLegalHold'];
