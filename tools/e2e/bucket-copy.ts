import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { listStored } from '../system/bucket-listing.js';
import type { Trial } from './trial.js';

/** Every object of the trial's bucket, as a backup of it has them; read and written by their owner. */
export type BucketCopy = ReadonlyMap<string, Uint8Array>;

const AT_ONCE = 24;

export async function copyBucket({ admin, s3, bucket }: Trial): Promise<BucketCopy> {
  const copy = new Map<string, Uint8Array>();
  const { live } = await listStored({ s3: admin, bucket });
  await each(live, async (Key) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    copy.set(Key, (await Body?.transformToByteArray()) ?? new Uint8Array());
  });
  return copy;
}

/** Puts back what has gone since. Answers how many objects that were. */
export async function putBucketBack({ admin, s3, bucket }: Trial, copy: BucketCopy): Promise<number> {
  const { live } = await listStored({ s3: admin, bucket });
  const gone = [...copy].filter(([key]) => !live.has(key));
  await each(gone, ([Key, Body]) => s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body })));
  return gone.length;
}

async function each<T>(items: Iterable<T>, work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = [...items].values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
