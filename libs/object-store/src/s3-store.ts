import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
  S3Client,
  type DeleteObjectsCommandOutput,
  type ObjectIdentifier,
} from '@aws-sdk/client-s3';
import type {
  KeyFailure,
  ListingPage,
  ObjectStore,
  ObjectVersion,
  UnfinishedUpload,
} from './object-store.js';

export interface S3StoreOptions {
  readonly name: string;
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly forcePathStyle: boolean;
  readonly maxSockets?: number;
}

const CONNECT_MS = 3_000;
const REQUEST_MS = 30_000;
const ATTEMPTS = 3;
const LIST_KEYS = 1_000;
const VERSIONING_FRESH_MS = 60_000;

/** The answer was no answer to what was asked; nothing can be concluded from it. */
export class StoreAnswerError extends Error {
  override readonly name = 'StoreAnswerError';
}

/** A bucket of anything that speaks S3. */
export function createS3Store(options: S3StoreOptions): ObjectStore {
  const { name, bucket: Bucket } = options;
  const client = new S3Client({
    endpoint: options.endpoint,
    region: options.region,
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
    forcePathStyle: options.forcePathStyle,
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: REQUEST_MS,
      httpAgent: { maxSockets: options.maxSockets ?? 32, keepAlive: true },
      httpsAgent: { maxSockets: options.maxSockets ?? 32, keepAlive: true },
    },
  });
  let versioning: { readonly at: number; readonly may: boolean } | undefined;

  async function remove(objects: ObjectIdentifier[]): Promise<KeyFailure[]> {
    if (objects.length === 0) return [];
    const answer = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: objects } }));
    return unaccounted(objects, answer);
  }

  return {
    name,
    async mayHaveVersions() {
      if (versioning === undefined || Date.now() - versioning.at > VERSIONING_FRESH_MS) {
        const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket }));
        versioning = { at: Date.now(), may: Status !== undefined };
      }
      return versioning.may;
    },
    deleteKeys: (keys) => remove(keys.map((Key) => ({ Key }))),
    deleteVersions: (versions) =>
      remove(versions.map(({ key: Key, versionId: VersionId }) => ({ Key, VersionId }))),
    async listVersions(prefix, after): Promise<ListingPage<ObjectVersion>> {
      const answer = await client.send(
        new ListObjectVersionsCommand({
          Bucket,
          Prefix: prefix,
          MaxKeys: LIST_KEYS,
          ...(after && { KeyMarker: after }),
        }),
      );
      if (answer.Prefix !== undefined && answer.Prefix !== prefix)
        throw new StoreAnswerError('a listing of another prefix than was asked for');
      const items = [...(answer.Versions ?? []), ...(answer.DeleteMarkers ?? [])].map(({ Key, VersionId }) =>
        identified(Key, 'versionId', VersionId),
      );
      return cut(items, answer.IsTruncated, answer.NextKeyMarker);
    },
    async listUploads(prefix, after): Promise<ListingPage<UnfinishedUpload>> {
      const answer = await client.send(
        new ListMultipartUploadsCommand({
          Bucket,
          Prefix: prefix,
          MaxUploads: LIST_KEYS,
          ...(after && { KeyMarker: after }),
        }),
      );
      const items = (answer.Uploads ?? []).map(({ Key, UploadId }) => identified(Key, 'uploadId', UploadId));
      return cut(items, answer.IsTruncated, answer.NextKeyMarker);
    },
    async abortUpload({ key: Key, uploadId: UploadId }) {
      await client
        .send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))
        .catch((error: unknown) => {
          if ((error as Error).name !== 'NoSuchUpload') throw error;
        });
    },
    async probe() {
      await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }));
    },
    close: () => {
      client.destroy();
    },
  };
}

/** HTTP 200 proves nothing: whatever the answer does not name as deleted, by key and version, was not. */
function unaccounted(asked: readonly ObjectIdentifier[], answer: DeleteObjectsCommandOutput): KeyFailure[] {
  const place = (key: string | undefined, version: string | undefined) => `${version ?? ''} ${key ?? ''}`;
  const deleted = new Set(answer.Deleted?.map(({ Key, VersionId }) => place(Key, VersionId)));
  const failed = new Map(
    answer.Errors?.map(({ Key, VersionId, Code }) => [place(Key, VersionId), Code ?? 'Unknown']),
  );
  return asked.flatMap(({ Key, VersionId }) => {
    const code = failed.get(place(Key, VersionId)) ?? failed.get(place(Key, undefined));
    if (code !== undefined && code !== 'NoSuchKey' && code !== 'NoSuchVersion')
      return [{ key: Key ?? '', code }];
    const named =
      deleted.has(place(Key, VersionId)) || deleted.has(place(Key, undefined)) || code !== undefined;
    return named ? [] : [{ key: Key ?? '', code: 'Unanswered' }];
  });
}

function identified<Name extends string>(
  key: string | undefined,
  field: Name,
  id: string | undefined,
): { readonly key: string } & Readonly<Record<Name, string>> {
  if (key === undefined || id === undefined) throw new StoreAnswerError('a listing without a key or an id');
  return { key, [field]: id } as { key: string } & Record<Name, string>;
}

/**
 * A truncated listing may end amid a key's versions: it speaks for the keys before its last one only, unless all of it is that
 * one key's.
 */
function cut<T extends { readonly key: string }>(
  items: readonly T[],
  truncated: boolean | undefined,
  nextKey: string | undefined,
): ListingPage<T> {
  if (!truncated) return { items, through: undefined };
  if (nextKey === undefined || items.length === 0)
    throw new StoreAnswerError('a truncated listing without a place to go on');
  const keys = [...new Set(items.map((item) => item.key))].sort();
  const through = keys.length > 1 ? keys.at(-2) : keys[0];
  return { items, through };
}
