import { randomBytes, randomUUID } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { S3StoreOptions } from '../s3-store.js';

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Where it is, as the testkit's `swiftServer` says it. */
export interface Swift {
  readonly version: string;
  readonly endpoint: string;
  readonly admin: Keys;
  readonly sweeper: Keys;
  readonly containers: string;
}

/** The containers that Swift makes of one bucket, by what they hold. S3 shows nothing of the last two. */
export type SwiftContainer = 'objects' | 'versions' | 'segments';

export interface SwiftBucket {
  readonly name: string;
  readonly admin: S3Client;
  /** A store with the owner's keys. */
  options(over?: Partial<S3StoreOptions>): S3StoreOptions;
  versioning(status: 'Enabled' | 'Suspended'): Promise<void>;
  put(...keys: string[]): Promise<void>;
  /** Begins an upload and puts its parts; answers its id. */
  begin(key: string, parts?: number): Promise<string>;
  /** Completes a begun upload with its first parts. */
  complete(key: string, uploadId: string, parts: number): Promise<void>;
  /** The names that the container server knows in one of them: what is there, whatever the S3 layer says. */
  inside(container: SwiftContainer): Promise<string[]>;
  /** Gives the sweeper's user all rights that Swift knows, on one of them, by Swift's own API: S3's has no words for it. */
  allowSweeper(container: SwiftContainer): Promise<void>;
  close(): void;
}

/** A bucket of a suite's own on OpenStack Swift. */
export async function createSwiftBucket(swift: Swift): Promise<SwiftBucket> {
  const name = `test-${randomBytes(6).toString('hex')}`;
  const place = { endpoint: swift.endpoint, region: 'us-east-1', forcePathStyle: true };
  const admin = new S3Client({ ...place, credentials: swift.admin });
  await admin.send(new CreateBucketCommand({ Bucket: name }));
  const etags = new Map<string, string[]>();
  const containers = { objects: name, versions: `\0versions\0${name}`, segments: `${name}+segments` };
  return {
    name,
    admin,
    options: (over) => ({ name: 'swift', id: randomUUID(), ...place, bucket: name, ...swift.admin, ...over }),
    async versioning(Status) {
      await admin.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: { Status } }));
    },
    async put(...keys) {
      for (const Key of keys) await admin.send(new PutObjectCommand({ Bucket: name, Key, Body: 'x' }));
    },
    async begin(Key, parts = 0) {
      const { UploadId = '' } = await admin.send(new CreateMultipartUploadCommand({ Bucket: name, Key }));
      const own: string[] = [];
      for (let PartNumber = 1; PartNumber <= parts; PartNumber++) {
        const part = { Bucket: name, Key, UploadId, PartNumber, Body: `part ${PartNumber}` };
        own.push((await admin.send(new UploadPartCommand(part))).ETag ?? '');
      }
      etags.set(UploadId, own);
      return UploadId;
    },
    async complete(Key, UploadId, parts) {
      const Parts = (etags.get(UploadId) ?? [])
        .slice(0, parts)
        .map((ETag, n) => ({ ETag, PartNumber: n + 1 }));
      const upload = { Bucket: name, Key, UploadId, MultipartUpload: { Parts } };
      await admin.send(new CompleteMultipartUploadCommand(upload));
    },
    async inside(container) {
      const url = `${swift.containers}/${encodeURIComponent(containers[container])}?format=json`;
      const answer = await fetch(url, { headers: { 'x-backend-allow-reserved-names': 'true' } });
      if (answer.status === 404) return [];
      return ((await answer.json()) as { name: string }[]).map((object) => object.name);
    },
    async allowSweeper(container) {
      const who = { 'x-auth-user': swift.admin.accessKeyId, 'x-auth-key': swift.admin.secretAccessKey };
      const { headers } = await fetch(`${swift.endpoint}/auth/v1.0`, { headers: who });
      const url = `${headers.get('x-storage-url')}/${encodeURIComponent(containers[container])}`;
      const { accessKeyId } = swift.sweeper;
      const rights = { 'x-container-read': accessKeyId, 'x-container-write': accessKeyId };
      const token = { 'x-auth-token': headers.get('x-auth-token') ?? '' };
      const answer = await fetch(url, { method: 'POST', headers: { ...token, ...rights } });
      if (!answer.ok) throw new Error(`Swift answered ${answer.status} to an ACL`);
    },
    close: () => admin.destroy(),
  };
}
