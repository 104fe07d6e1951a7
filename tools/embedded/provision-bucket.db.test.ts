import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { provisionBucket, s3Client } from './provision-bucket.js';

const Bucket = `policy-${randomBytes(4).toString('hex')}`;
let writer: S3Client;
let sweeper: S3Client;

beforeAll(async () => {
  await provisionBucket(process.env, Bucket, { versioning: true });
  await provisionBucket(process.env, Bucket, { versioning: true }); // safe to repeat
  writer = s3Client(process.env, 'writer');
  sweeper = s3Client(process.env, 'sweeper');
});

afterAll(() => {
  writer.destroy();
  sweeper.destroy();
});

const refused = (request: Promise<unknown>): Promise<void> =>
  expect(request).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });

const put = (Key: string): Promise<{ VersionId?: string | undefined }> =>
  writer.send(new PutObjectCommand({ Bucket, Key, Body: 'block' }));

describe('the writer', () => {
  test('puts, gets and lists', async () => {
    await put('written');
    const got = await writer.send(new GetObjectCommand({ Bucket, Key: 'written' }));
    expect(await got.Body?.transformToString()).toBe('block');
    const listed = await writer.send(new ListObjectsV2Command({ Bucket, Prefix: 'written' }));
    expect(listed.KeyCount).toBe(1);
  });

  test('cannot delete, in any of the ways there are', async () => {
    const { VersionId } = await put('undeletable');
    await refused(writer.send(new DeleteObjectCommand({ Bucket, Key: 'undeletable' })));
    await refused(writer.send(new DeleteObjectCommand({ Bucket, Key: 'undeletable', VersionId })));
    for (const one of [{ Key: 'undeletable' }, { Key: 'undeletable', VersionId }]) {
      const request = new DeleteObjectsCommand({ Bucket, Delete: { Objects: [one] } });
      const deleted = await writer.send(request).then(
        (answer) => answer.Deleted ?? [],
        () => [],
      );
      expect(deleted).toEqual([]);
    }
    const left = await sweeper.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'undeletable' }));
    expect(left.Versions?.map((version) => version.VersionId)).toEqual([VersionId]);
    expect(left.DeleteMarkers ?? []).toEqual([]);
  });

  test('makes no buckets and no policies', async () => {
    await refused(writer.send(new CreateBucketCommand({ Bucket: `${Bucket}-mine` })));
    await refused(writer.send(new PutBucketPolicyCommand({ Bucket, Policy: '{}' })));
  });
});

describe('the sweeper', () => {
  test('deletes objects, versions and delete markers, one by one and in pages', async () => {
    const first = await put('doomed');
    const second = await put('doomed');
    await sweeper.send(new DeleteObjectCommand({ Bucket, Key: 'doomed', VersionId: first.VersionId }));
    await sweeper.send(new DeleteObjectCommand({ Bucket, Key: 'doomed' }));
    const found = await sweeper.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'doomed' }));
    expect(found.Versions?.map((version) => version.VersionId)).toEqual([second.VersionId]);
    expect(found.DeleteMarkers).toHaveLength(1);
    const Objects = [...(found.Versions ?? []), ...(found.DeleteMarkers ?? [])].map(({ VersionId }) => ({
      Key: 'doomed',
      VersionId,
    }));
    const answer = await sweeper.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(answer.Errors ?? []).toEqual([]);
    expect(answer.Deleted).toHaveLength(2);
    const left = await sweeper.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'doomed' }));
    expect([...(left.Versions ?? []), ...(left.DeleteMarkers ?? [])]).toEqual([]);
  });

  test('aborts unfinished uploads', async () => {
    const { UploadId } = await writer.send(new CreateMultipartUploadCommand({ Bucket, Key: 'unfinished' }));
    const found = await sweeper.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'unfinished' }));
    expect(found.Uploads?.map((upload) => upload.UploadId)).toEqual([UploadId]);
    await sweeper.send(new AbortMultipartUploadCommand({ Bucket, Key: 'unfinished', UploadId }));
    const left = await sweeper.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'unfinished' }));
    expect(left.Uploads ?? []).toEqual([]);
  });

  test('learns whether the bucket is versioned', async () => {
    const answer = await sweeper.send(new GetBucketVersioningCommand({ Bucket }));
    expect(answer.Status).toBe('Enabled');
  });

  test('cannot put, and cannot read what is stored', async () => {
    const { VersionId } = await put('secret');
    await refused(sweeper.send(new PutObjectCommand({ Bucket, Key: 'planted', Body: 'x' })));
    await refused(sweeper.send(new CreateMultipartUploadCommand({ Bucket, Key: 'planted' })));
    await refused(sweeper.send(new GetObjectCommand({ Bucket, Key: 'secret' })));
    await refused(sweeper.send(new GetObjectCommand({ Bucket, Key: 'secret', VersionId })));
    await refused(sweeper.send(new PutBucketPolicyCommand({ Bucket, Policy: '{}' })));
    await refused(sweeper.send(new CreateBucketCommand({ Bucket: `${Bucket}-mine` })));
  });

  test('head tells it what exists, by refusing it', async () => {
    await put('present');
    await refused(sweeper.send(new HeadObjectCommand({ Bucket, Key: 'present' })));
    await expect(sweeper.send(new HeadObjectCommand({ Bucket, Key: 'absent' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 404 },
    });
  });
});
