import {
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  HeadBucketCommand,
} from '@aws-sdk/client-s3';
import type { BucketTraits } from './object-store.js';
import type { BoundedClient } from './s3-client.js';

const VERSIONING = { Enabled: 'enabled', Suspended: 'suspended' } as const;
/** How a bucket without Object Lock answers: by an error. */
const NO_LOCK = 'ObjectLockConfigurationNotFoundError';

/** Three questions at once, each with an answer of its own: a key may be allowed one and not another. */
export async function readBucketTraits(
  { send }: Pick<BoundedClient, 'send'>,
  Bucket: string,
  withinMs: number,
): Promise<BucketTraits> {
  const within = { abortSignal: AbortSignal.timeout(withinMs) };
  const [reachable, versioning, objectLock] = await Promise.all([
    send(new HeadBucketCommand({ Bucket }), within).then(
      () => true,
      () => false,
    ),
    send(new GetBucketVersioningCommand({ Bucket }), within).then(
      ({ Status, MFADelete }) => ({
        versioning: Status === undefined ? ('none' as const) : (VERSIONING[Status] ?? 'unknown'),
        mfaDelete: MFADelete === 'Enabled',
      }),
      () => ({ versioning: 'unknown' as const, mfaDelete: false }),
    ),
    send(new GetObjectLockConfigurationCommand({ Bucket }), within).then(
      ({ ObjectLockConfiguration: lock }) => lock?.ObjectLockEnabled === 'Enabled' || ('unknown' as const),
      (error: unknown) => ((error as Error).name === NO_LOCK ? false : ('unknown' as const)),
    ),
  ]);
  return { reachable, ...versioning, objectLock };
}
