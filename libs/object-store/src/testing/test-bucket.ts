import { randomBytes, randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { STORE_MARKERS } from '../object-store.js';
import type { Credentials } from '../s3-credentials.js';
import type { S3Place } from '../s3-store.js';

/** Reads one of the variables that say where the test run's servers are. */
type Variable = (name: string) => string;

export interface TestBucket {
  readonly name: string;
  /** The id of the marker in it. */
  readonly id: string;
  /** Its owner, who may do everything. */
  readonly admin: S3Client;
  /** A store with the sweeper's own restricted keys, perhaps by way of another endpoint. */
  options(over?: Partial<S3Place & Credentials>): S3Place & Credentials;
  versioning(status: 'Enabled' | 'Suspended'): Promise<void>;
  put(...keys: string[]): Promise<void>;
  /** What a deletion without a version leaves in a bucket with versions. */
  mark(...keys: string[]): Promise<void>;
  begin(...keys: string[]): Promise<void>;
  /** The keys of everything in it but its marker, once for each version, delete marker and unfinished upload: what the owner sees, sorted. */
  contents(): Promise<string[]>;
  close(): void;
}

const AT_ONCE = 16;
/** What the sweeper's keys may do on a bucket, and all that they need. */
export const SWEEPER_RIGHTS = [
  'DeleteObject',
  'DeleteObjectVersion',
  'AbortMultipartUpload',
  'ListBucket',
  'ListBucketVersions',
  'ListBucketMultipartUploads',
  'GetBucketVersioning',
  'GetBucketObjectLockConfiguration',
  'GetObjectRetention',
  'GetObjectLegalHold',
] as const;

export interface TestBucketOptions {
  readonly objectLock?: boolean;
  /** What the sweeper's keys may not do, of all that they usually may. */
  readonly denied?: readonly string[];
}

/** A bucket of a suite's own on the real store. */
export async function createTestBucket(
  variable: Variable,
  { objectLock = false, denied = [] }: TestBucketOptions = {},
): Promise<TestBucket> {
  const name = `test-${randomBytes(6).toString('hex')}`;
  const endpoint = variable('S3_ENDPOINT');
  const region = variable('AWS_REGION');
  const keysOf = (user: string) => ({
    accessKeyId: variable(`S3_${user}_ACCESS_KEY_ID`),
    secretAccessKey: variable(`S3_${user}_SECRET_ACCESS_KEY`),
  });
  const admin = new S3Client({ endpoint, region, forcePathStyle: true, credentials: keysOf('ADMIN') });
  const lock = objectLock ? { ObjectLockEnabledForBucket: true } : {};
  await admin.send(new CreateBucketCommand({ Bucket: name, ...lock }));
  const allowed = {
    Effect: 'Allow',
    Principal: { AWS: [variable('S3_SWEEPER_PRINCIPAL')] },
    Action: SWEEPER_RIGHTS.filter((action) => !denied.includes(action)).map((action) => `s3:${action}`),
    Resource: [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`],
  };
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [allowed] });
  await admin.send(new PutBucketPolicyCommand({ Bucket: name, Policy: policy }));

  const id = randomUUID();
  await admin.send(new PutObjectCommand({ Bucket: name, Key: `${STORE_MARKERS}${id}`, Body: 'marker' }));

  return {
    name,
    id,
    admin,
    options: (over) => ({
      name: 'primary',
      id,
      endpoint,
      region,
      bucket: name,
      forcePathStyle: true,
      ...keysOf('SWEEPER'),
      ...over,
    }),
    async versioning(Status) {
      await admin.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: { Status } }));
    },
    put: (...keys) => each(keys, (Key) => admin.send(new PutObjectCommand({ Bucket: name, Key, Body: 'x' }))),
    mark: (...keys) => each(keys, (Key) => admin.send(new DeleteObjectCommand({ Bucket: name, Key }))),
    begin: (...keys) =>
      each(keys, (Key) => admin.send(new CreateMultipartUploadCommand({ Bucket: name, Key }))),
    contents: () => contentsOf(admin, name),
    close: () => {
      admin.destroy();
    },
  };
}

async function each(keys: readonly string[], act: (key: string) => Promise<unknown>): Promise<void> {
  const queue = keys.values();
  const work = async () => {
    for (const key of queue) await act(key);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** As {@link TestBucket.contents}. */
export async function contentsOf(client: S3Client, Bucket: string): Promise<string[]> {
  const keys: (string | undefined)[] = [];
  let more: boolean | undefined = true;
  for (let at: { KeyMarker?: string; VersionIdMarker?: string } = {}; more;) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket, ...at }));
    for (const { Key } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) keys.push(Key);
    at = { KeyMarker: page.NextKeyMarker ?? '', VersionIdMarker: page.NextVersionIdMarker ?? '' };
    more = page.IsTruncated;
  }
  more = true;
  for (let at: { KeyMarker?: string; UploadIdMarker?: string } = {}; more;) {
    const page = await client.send(new ListMultipartUploadsCommand({ Bucket, ...at }));
    for (const { Key } of page.Uploads ?? []) keys.push(Key);
    at = { KeyMarker: page.NextKeyMarker ?? '', UploadIdMarker: page.NextUploadIdMarker ?? '' };
    more = page.IsTruncated;
  }
  return keys
    .map((key) => key ?? '')
    .filter((key) => !key.startsWith(STORE_MARKERS))
    .sort();
}
