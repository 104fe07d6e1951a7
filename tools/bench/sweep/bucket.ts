import { randomUUID } from 'node:crypto';
import { ListObjectVersionsCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { provisionBucket, s3Client } from '../../embedded/provision-bucket.js';
import { inLanes } from './contestant.js';

type Environment = Readonly<Record<string, string>>;

/** A bucket of the benchmark's own, filled by its owner and emptied by the sweeper's keys. */
export interface Bucket {
  readonly name: string;
  readonly versioned: boolean;
  readonly storeId: string;
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Puts so many objects under a new prefix; the prefix and the keys, ascending. */
  fill(objects: number): Promise<{ readonly prefix: string; readonly keys: string[] }>;
  /** Versions and delete markers under a prefix: nothing is believed that a deletion said of itself. */
  left(prefix: string): Promise<number>;
  close(): void;
}

const PUTS = 24;

export async function createBucket(env: Environment, versioned: boolean): Promise<Bucket> {
  const name = `bench-${randomUUID().slice(0, 8)}`;
  const storeId = await provisionBucket({ ...env }, name, { versioning: versioned });
  const owner = s3Client({ ...env }, 'admin');
  const writer = s3Client({ ...env }, 'writer');
  return {
    name,
    versioned,
    storeId,
    endpoint: env['S3_ENDPOINT'] ?? '',
    region: env['AWS_REGION'] ?? 'us-east-1',
    credentials: {
      accessKeyId: env['S3_SWEEPER_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: env['S3_SWEEPER_SECRET_ACCESS_KEY'] ?? '',
    },
    async fill(objects) {
      const prefix = `org-${randomUUID().slice(0, 8)}/`;
      const keys = Array.from({ length: objects }, () => prefix + randomUUID()).sort();
      await inLanes(keys, PUTS, (Key) => writer.send(new PutObjectCommand({ Bucket: name, Key, Body: 'x' })));
      return { prefix, keys };
    },
    left: (prefix) => countVersions(owner, name, prefix),
    close() {
      owner.destroy();
      writer.destroy();
    },
  };
}

interface Place {
  readonly KeyMarker?: string | undefined;
  readonly VersionIdMarker?: string | undefined;
}

async function countVersions(client: S3Client, Bucket: string, Prefix: string): Promise<number> {
  const list = (place: Place) => client.send(new ListObjectVersionsCommand({ Bucket, Prefix, ...place }));
  let count = 0;
  for (let place: Place | undefined = {}; place !== undefined;) {
    const { Versions = [], DeleteMarkers = [], ...page } = await list(place);
    count += Versions.length + DeleteMarkers.length;
    place = page.IsTruncated
      ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      : undefined;
  }
  return count;
}
