// Makes the bucket for blocks, once and again: versioned, and shared by its policy between whoever writes blocks and
// whoever deletes them. Neither can do the other's work. Runs in blob-sweeper's image, which has the S3 client.
import { readFileSync } from 'node:fs';
import {
  CreateBucketCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';

const secret = (name) => readFileSync(`/run/secrets/${name}`, 'utf8').trim();
const Bucket = process.env.S3_BUCKET;

const client = new S3Client({
  endpoint: process.env.S3_ENDPOINT,
  region: process.env.S3_REGION,
  forcePathStyle: true,
  credentials: {
    accessKeyId: secret('s3_root_access_key_id'),
    secretAccessKey: secret('s3_root_secret_access_key'),
  },
});

const allow = (user, actions) => ({
  Effect: 'Allow',
  // This store names users by their access key.
  Principal: { AWS: [secret(`s3_${user}_access_key_id`)] },
  Action: actions,
  Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
});
const LIST = ['s3:ListBucket*', 's3:GetBucketVersioning', 's3:AbortMultipartUpload'];

try {
  await client.send(new CreateBucketCommand({ Bucket }));
} catch (error) {
  if (error.name !== 'BucketAlreadyOwnedByYou') throw error;
}
// By this marker blob-sweeper knows that it is the right bucket, and no empty one of the same name.
await client.send(
  new PutObjectCommand({ Bucket, Key: `.lethe-store/${process.env.STORE_ID}`, Body: 'marker' }),
);
await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
const Policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    allow('writer', ['s3:PutObject', 's3:GetObject', ...LIST]),
    // The wildcard takes in s3:DeleteObjectVersion where the store knows it. No GetObject: the sweeper learns by
    // listing what is left, and can read no block.
    allow('sweeper', [
      's3:DeleteObject*',
      's3:GetObjectRetention',
      's3:GetObjectLegalHold',
      's3:GetBucketObjectLockConfiguration',
      ...LIST,
    ]),
  ],
});
await client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
console.log(`The bucket ${Bucket} is there, versioned, and has its policy.`);
