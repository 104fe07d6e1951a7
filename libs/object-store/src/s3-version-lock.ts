import {
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
} from '@aws-sdk/client-s3';
import type { ObjectVersion, VersionLock } from './object-store.js';
import type { BoundedClient } from './s3-client.js';

const NO_LOCKS = 'ObjectLockConfigurationNotFoundError';
/** How a store says that there is none: no lock on this version, or on no version of the bucket. */
const NONE = new Set([
  'NoSuchObjectLockConfiguration',
  NO_LOCKS,
  'InvalidRequest',
  'NoSuchKey',
  'NoSuchVersion',
]);

/**
 * A bucket that is known to lock nothing is not asked further: a store that does not know the questions may answer with the object. A
 * legal hold counts before a retention: its end is not known. What the store does not say rejects, but for one that does not allow
 * the question: then no lock is known.
 */
export async function readVersionLock(
  { send }: Pick<BoundedClient, 'send'>,
  Bucket: string,
  { key: Key, versionId: VersionId }: ObjectVersion,
): Promise<VersionLock | undefined> {
  const withoutLocks = await send(new GetObjectLockConfigurationCommand({ Bucket })).then(
    () => false,
    (error: unknown) => (error as Error).name === NO_LOCKS,
  );
  if (withoutLocks) return undefined;
  const place = { Bucket, Key, VersionId };
  const [hold, retention] = await Promise.all([
    known(send(new GetObjectLegalHoldCommand(place))),
    known(send(new GetObjectRetentionCommand(place))),
  ]);
  if (hold?.LegalHold?.Status === 'ON') return { until: undefined };
  const until = retention?.Retention?.RetainUntilDate;
  return until === undefined ? undefined : { until };
}

async function known<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
    const status = $metadata?.httpStatusCode;
    if (NONE.has(name) || status === 403 || status === 404 || status === 405) return undefined;
    throw error;
  }
}
