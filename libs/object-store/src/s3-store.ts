import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
  type ObjectIdentifier,
} from '@aws-sdk/client-s3';
import {
  STORE_MARKERS,
  type KeyFailure,
  type ListedUpload,
  type ListedVersion,
  type ListingPage,
  type ObjectStore,
} from './object-store.js';
import {
  asFarAs,
  checkOrder,
  failureKind,
  identified,
  inKeyOrder,
  listingOf,
  StoreAnswerError,
  unaccounted,
} from './s3-answer.js';
import type { PaceTimes } from './pace/index.js';
import { readBucketTraits } from './s3-bucket-traits.js';
import { createBoundedClient } from './s3-client.js';
import type { CredentialFiles, Credentials } from './s3-credentials.js';
import { examineBucket } from './s3-examine.js';
import { readVersionLock } from './s3-version-lock.js';

export type S3StoreOptions = S3Place & (Credentials | CredentialFiles);

export interface S3Place {
  readonly name: string;
  /** Its marker's; a UUID. */
  readonly id: string;
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** False: the bucket's name is part of the host's. */
  readonly forcePathStyle: boolean;
  /** PEM of the authorities that alone are believed when the endpoint shows its certificate; else those that Node knows. */
  readonly caFile?: string;
  /** DeleteObjects with Content-MD5 instead of a checksum of the newer kinds, for stores that know none of those. */
  readonly contentMd5?: boolean;
  readonly maxSockets?: number;
  /** For each attempt of a request; it is given up after three times this. */
  readonly requestTimeoutMs?: number;
  /** After which a connection that nobody uses is closed. */
  readonly idleMs?: number;
  /** For tests, which have no time to wait. */
  readonly pace?: Partial<PaceTimes>;
  /** Items of one listing, at most 1000. */
  readonly listingItems?: number;
}

const LISTING_ITEMS = 1_000;
const VERSIONING_FRESH_MS = 60_000;

/** A bucket of anything that speaks S3. */
export function createS3Store(options: S3StoreOptions): ObjectStore {
  const { name, bucket: Bucket, listingItems = LISTING_ITEMS } = options;
  const client = createBoundedClient(options);
  const itemsOf = (most = listingItems) => Math.max(1, Math.min(most, listingItems));
  let versioning: { readonly at: number; readonly may: boolean } | undefined;

  async function remove(objects: ObjectIdentifier[], abortSignal?: AbortSignal): Promise<KeyFailure[]> {
    if (objects.length === 0) return [];
    const command = new DeleteObjectsCommand({ Bucket, Delete: { Objects: objects } });
    const answer = await client.send(command, abortSignal && { abortSignal });
    return unaccounted(objects, answer);
  }

  const store: ObjectStore = {
    name,
    id: options.id,
    kind: 's3',
    place: `${new URL(options.endpoint).origin}/${Bucket}`,
    listsRanges: true,
    pace: client.pace,
    async identities() {
      const answer = await client.send(new ListObjectsV2Command({ Bucket, Prefix: STORE_MARKERS }));
      // More than a listing's worth of markers is no marker.
      if (answer.IsTruncated !== false || answer.Prefix !== STORE_MARKERS)
        throw new StoreAnswerError('a listing of something else than was asked for');
      return (answer.Contents ?? []).map(({ Key = '' }) => Key.slice(STORE_MARKERS.length));
    },
    async mayHaveVersions() {
      if (versioning === undefined || Date.now() - versioning.at > VERSIONING_FRESH_MS) {
        const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket }));
        versioning = { at: Date.now(), may: Status !== undefined };
      }
      return versioning.may;
    },
    deleteKeys: (keys, signal) =>
      remove(
        keys.map((Key) => ({ Key })),
        signal,
      ),
    deleteVersions: (versions, signal) =>
      remove(
        versions.map(({ key: Key, versionId: VersionId }) => ({ Key, VersionId })),
        signal,
      ),
    async listVersions(prefix, after, most): Promise<ListingPage<ListedVersion>> {
      const place = { Bucket, Prefix: prefix, ...(after && { KeyMarker: after }) };
      const answer = await client.send(new ListObjectVersionsCommand({ ...place, MaxKeys: itemsOf(most) }));
      const versions = (answer.Versions ?? []).map((version) => listed(version, version.Size ?? 0, false));
      const markers = (answer.DeleteMarkers ?? []).map((marker) => listed(marker, 0, true));
      for (const items of [versions, markers]) checkOrder(items, after);
      const page = listingOf(prefix, answer, inKeyOrder(versions, markers));
      return asFarAs(page, answer.NextKeyMarker, after);
    },
    async listUploads(prefix, after, most): Promise<ListingPage<ListedUpload>> {
      const place = { Bucket, Prefix: prefix, ...(after && { KeyMarker: after }) };
      const answer = await client.send(
        new ListMultipartUploadsCommand({ ...place, MaxUploads: itemsOf(most) }),
      );
      const items = (answer.Uploads ?? []).map(({ Key, UploadId, Initiated }) => ({
        ...identified(Key, 'uploadId', UploadId),
        initiated: Initiated ?? new Date(NaN),
      }));
      checkOrder(items, after, true);
      return listingOf(prefix, answer, items);
    },
    async abortUpload({ key, uploadId }, abortSignal) {
      try {
        const command = new AbortMultipartUploadCommand({ Bucket, Key: key, UploadId: uploadId });
        await client.send(command, abortSignal && { abortSignal });
        return undefined;
      } catch (error) {
        return abortFailure(key, error);
      }
    },
    lockOf: (version) => readVersionLock(client, Bucket, version),
    async probe() {
      await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }));
    },
    describeBucket: (withinMs) => readBucketTraits(client, Bucket, withinMs),
    examine: (now) => examineBucket(store, client, Bucket, now),
    close: () => {
      client.close();
    },
  };
  return store;
}

interface Listed {
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
  readonly LastModified?: Date | undefined;
}

/** Written out: for a thousand items it counts how an object is made. */
function listed(item: Listed, bytes: number, isMarker: boolean): ListedVersion {
  const { Key: key, VersionId: versionId, LastModified: modified = new Date(NaN) } = item;
  if (key === undefined || versionId === undefined)
    throw new StoreAnswerError('a listing without a key or an id');
  return { key, versionId, bytes, modified, isMarker };
}

/** The one deletion that S3 has for one key only: a refusal is that key's own failure, anything else the request's. */
function abortFailure(key: string, error: unknown): KeyFailure | undefined {
  const { name: code, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
  if (code === 'NoSuchUpload') return undefined;
  const REFUSED = [403, 405, 409];
  if (REFUSED.includes($metadata?.httpStatusCode ?? 0)) return { key, code, kind: failureKind(code) };
  throw error;
}
