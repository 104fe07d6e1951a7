import {
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  S3Client,
  type ObjectIdentifier,
} from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.js';
import { inLanes, pagesOf, type Contestant } from './contestant.js';

/**
 * What anybody would write with the SDK: DeleteObjects of a thousand keys each, so many at once, with sockets that are kept. On a
 * bucket with versions it deletes what a listing shows, for a key alone would only get a marker. It believes every answer: no
 * failure of a key is looked at, and nothing is read back.
 */
export function bareLoop(bucket: Bucket, concurrency: number): Contestant & { close(): void } {
  const client = new S3Client({
    endpoint: bucket.endpoint,
    region: bucket.region,
    forcePathStyle: true,
    credentials: bucket.credentials,
    requestHandler: { httpAgent: { keepAlive: true, maxSockets: 32 } },
  });
  const remove = (objects: ObjectIdentifier[]) =>
    client.send(new DeleteObjectsCommand({ Bucket: bucket.name, Delete: { Objects: objects } }));
  const list = (Prefix: string, KeyMarker: string) =>
    client.send(new ListObjectVersionsCommand({ Bucket: bucket.name, Prefix, KeyMarker }));
  return {
    name: `bare DeleteObjects loop, ${concurrency} at once`,
    async remove(prefix, keys) {
      if (!bucket.versioned) {
        await inLanes(pagesOf(keys), concurrency, (page) => remove(page.map((Key) => ({ Key }))));
        return;
      }
      const underWay = new Set<Promise<unknown>>();
      for (let KeyMarker: string | undefined = ''; KeyMarker !== undefined;) {
        const {
          Versions = [],
          DeleteMarkers = [],
          IsTruncated,
          NextKeyMarker,
        } = await list(prefix, KeyMarker);
        const objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
        const deletion: Promise<unknown> = remove(objects).finally(() => underWay.delete(deletion));
        underWay.add(deletion);
        if (underWay.size >= concurrency) await Promise.race(underWay);
        KeyMarker = IsTruncated ? NextKeyMarker : undefined;
      }
      await Promise.all(underWay);
    },
    close: () => {
      client.destroy();
    },
  };
}
