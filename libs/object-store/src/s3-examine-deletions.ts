import { randomUUID } from 'node:crypto';
import { AbortMultipartUploadCommand, DeleteObjectsCommand, type ObjectIdentifier } from '@aws-sdk/client-s3';
import { failure, ok, STORE_TRIALS, unknown, type StoreFinding, type TrialName } from './examination.js';
import { unaccounted } from './s3-answer.js';
import type { BoundedClient } from './s3-client.js';
import { isRefusal, missing } from './s3-examine-rights.js';

const nobodys = () => `${STORE_TRIALS}${randomUUID()}`;

/** Of `count` keys that are not there, in the way in which pages are deleted: `byKey` too where there are no versions. */
export async function deleteMissing(
  send: BoundedClient['send'],
  Bucket: string,
  { what, count, byKey }: { readonly what: TrialName; readonly count: number; readonly byKey: boolean },
): Promise<StoreFinding> {
  // By version wherever there are some, so that the bucket gets no delete markers by it.
  const objects = Array.from({ length: count }, (_, n): ObjectIdentifier =>
    byKey && n % 2 === 1 ? { Key: nobodys() } : { Key: nobodys(), VersionId: 'null' },
  );
  const answer = await send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: objects } }));
  const [refused, ...others] = unaccounted(objects, answer);
  if (refused) {
    const right = refused.versionId === undefined ? 'DeleteObject' : 'DeleteObjectVersion';
    const why = missing(refused.code, right);
    return failure(what, `${others.length + 1} of ${count} keys that are not there: ${why}`);
  }
  return ok(what, `${count} ${count === 1 ? 'key' : 'keys'} in one request, each accounted for`);
}

/** A key whose unfinished upload cannot be aborted stays for ever. Stores check the right first, and then say that there is no such upload. */
export async function abortMissing(send: BoundedClient['send'], Bucket: string): Promise<StoreFinding> {
  try {
    const upload = { Key: nobodys(), UploadId: randomUUID() };
    await send(new AbortMultipartUploadCommand({ Bucket, ...upload }));
  } catch (error) {
    const code = (error as Error).name;
    if (code !== 'NoSuchUpload')
      return isRefusal(error)
        ? failure('ABORT_UPLOAD', missing(code, 'AbortMultipartUpload'))
        : unknown('ABORT_UPLOAD', code);
  }
  return ok('ABORT_UPLOAD', 'unfinished uploads can be aborted');
}
