import {
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  type ListMultipartUploadsCommandOutput,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';

/** A bucket, and who may list it. */
export interface Bucket {
  readonly s3: S3Client;
  readonly bucket: string;
}

/** What a bucket holds, by key. */
export interface Stored {
  /** Keys whose newest version is an object. */
  readonly live: ReadonlySet<string>;
  /** Keys with an object, an older version or a delete marker. */
  readonly anything: ReadonlySet<string>;
}

/** Reads the whole bucket, every version of it. */
export async function listStored({ s3, bucket }: Bucket): Promise<Stored> {
  const [live, anything] = [new Set<string>(), new Set<string>()];
  let place: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
  while (place) {
    const page: ListObjectVersionsCommandOutput = await s3.send(
      new ListObjectVersionsCommand({ Bucket: bucket, ...place }),
    );
    for (const { Key = '', IsLatest } of page.Versions ?? []) {
      anything.add(Key);
      if (IsLatest) live.add(Key);
    }
    for (const { Key = '' } of page.DeleteMarkers ?? []) anything.add(Key);
    place = page.IsTruncated
      ? {
          ...(page.NextKeyMarker ? { KeyMarker: page.NextKeyMarker } : {}),
          ...(page.NextVersionIdMarker ? { VersionIdMarker: page.NextVersionIdMarker } : {}),
        }
      : undefined;
  }
  return { live, anything };
}

/** Keys with an upload that was begun and neither completed nor aborted. */
export async function listUnfinished({ s3, bucket }: Bucket): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  let place: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
  while (place) {
    const page: ListMultipartUploadsCommandOutput = await s3.send(
      new ListMultipartUploadsCommand({ Bucket: bucket, ...place }),
    );
    for (const { Key = '' } of page.Uploads ?? []) keys.add(Key);
    place = page.IsTruncated
      ? {
          ...(page.NextKeyMarker ? { KeyMarker: page.NextKeyMarker } : {}),
          ...(page.NextUploadIdMarker ? { UploadIdMarker: page.NextUploadIdMarker } : {}),
        }
      : undefined;
  }
  return keys;
}
