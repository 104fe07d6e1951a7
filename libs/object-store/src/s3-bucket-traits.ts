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

export interface AskedTraits {
  readonly traits: BucketTraits;
  /** What a question about them came to where it has no answer. */
  readonly untold: { readonly versioning: Error | undefined; readonly objectLock: Error | undefined };
}

export async function readBucketTraits(...asked: Parameters<typeof askBucketTraits>): Promise<BucketTraits> {
  return (await askBucketTraits(...asked)).traits;
}

/** Three questions at once, each with an answer of its own: a key may be allowed one and not another. */
export async function askBucketTraits(
  { send }: Pick<BoundedClient, 'send'>,
  Bucket: string,
  withinMs: number,
): Promise<AskedTraits> {
  const within = { abortSignal: AbortSignal.timeout(withinMs) };
  const [reachable, { error: notVersioning, ...versioning }, { error: notLock, ...objectLock }] =
    await Promise.all([
      send(new HeadBucketCommand({ Bucket }), within).then(
        () => true,
        () => false,
      ),
      send(new GetBucketVersioningCommand({ Bucket }), within).then(
        ({ Status, MFADelete }) => ({
          versioning: Status === undefined ? ('none' as const) : (VERSIONING[Status] ?? 'unknown'),
          mfaDelete: MFADelete === 'Enabled',
          error: undefined,
        }),
        (error: unknown) => ({ versioning: 'unknown' as const, mfaDelete: false, error: error as Error }),
      ),
      send(new GetObjectLockConfigurationCommand({ Bucket }), within).then(
        ({ ObjectLockConfiguration: lock }) => ({
          objectLock: lock?.ObjectLockEnabled === 'Enabled' || ('unknown' as const),
          error: undefined,
        }),
        (error: unknown) =>
          (error as Error).name === NO_LOCK
            ? { objectLock: false, error: undefined }
            : { objectLock: 'unknown' as const, error: error as Error },
      ),
    ]);
  return {
    traits: { reachable, ...versioning, ...objectLock },
    untold: { versioning: notVersioning, objectLock: notLock },
  };
}
