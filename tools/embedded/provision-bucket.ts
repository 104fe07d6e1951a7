import { randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';

export interface BucketOptions {
  /** Deletions leave delete markers and older versions. */
  versioning?: boolean;
  /** Versions can be locked; implies versioning. */
  objectLock?: boolean;
}

type Environment = Record<string, string | undefined>;

/** A client with the keys of one of the three users of the environment. */
export function s3Client(env: Environment, user: 'admin' | 'writer' | 'sweeper'): S3Client {
  const prefix = `S3_${user.toUpperCase()}`;
  return new S3Client({
    endpoint: env['S3_ENDPOINT'] ?? '',
    region: env['AWS_REGION'] ?? 'us-east-1',
    forcePathStyle: true,
    credentials: {
      accessKeyId: env[`${prefix}_ACCESS_KEY_ID`] ?? '',
      secretAccessKey: env[`${prefix}_SECRET_ACCESS_KEY`] ?? '',
    },
  });
}

/**
 * Creates a bucket, owned by the admin, that the writer and the sweeper share by its policy. Safe to repeat. Where
 * the environment names no principals (a server of the user's own) the bucket gets no policy: there its owner decides.
 * Answers the id of the marker in it, by which blob-sweeper recognizes it (`STORE_ID`).
 */
export async function provisionBucket(
  env: Environment,
  name: string,
  options: BucketOptions = {},
): Promise<string> {
  const client = s3Client(env, 'admin');
  try {
    const lock = options.objectLock ? { ObjectLockEnabledForBucket: true } : {};
    await client.send(new CreateBucketCommand({ Bucket: name, ...lock })).catch((error: unknown) => {
      if ((error as Error).name !== 'BucketAlreadyOwnedByYou') throw error;
    });
    if (options.versioning) {
      const on = { Bucket: name, VersioningConfiguration: { Status: 'Enabled' as const } };
      await client.send(new PutBucketVersioningCommand(on));
    }
    const id = await mark(client, name);
    const { S3_WRITER_PRINCIPAL: writer, S3_SWEEPER_PRINCIPAL: sweeper } = env;
    if (writer === undefined || sweeper === undefined) return id;
    const policy = JSON.stringify(bucketPolicy(name, writer, sweeper));
    await client.send(new PutBucketPolicyCommand({ Bucket: name, Policy: policy }));
    return id;
  } finally {
    client.destroy();
  }
}

const MARKERS = '.lethe-store/';

/** The marker that is there, or a new one. */
async function mark(client: S3Client, Bucket: string): Promise<string> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: MARKERS }));
  const known = Contents[0]?.Key?.slice(MARKERS.length);
  if (known !== undefined) return known;
  const id = randomUUID();
  await client.send(new PutObjectCommand({ Bucket, Key: MARKERS + id, Body: 'marker' }));
  return id;
}

const LIST = [
  's3:ListBucket',
  's3:ListBucketVersions',
  's3:ListBucketMultipartUploads',
  's3:GetBucketVersioning',
  's3:GetBucketObjectLockConfiguration',
];

/** All that the sweeper does: docs/operating/stores.md names the same. Retention and legal hold tell until when a version is locked; neither contains a byte of the object. */
const DELETE = [
  's3:DeleteObject',
  's3:DeleteObjectVersion',
  's3:AbortMultipartUpload',
  's3:GetObjectRetention',
  's3:GetObjectLegalHold',
];

const WRITE = [
  's3:PutObject',
  's3:GetObject',
  's3:GetObjectVersion',
  's3:ListMultipartUploadParts',
  's3:GetBucketLocation',
];

/**
 * S3 has no permission for HEAD alone: HeadObject needs GetObject, which reads the content. So the sweeper has
 * neither, and learns what is there by listing. Every action is allowed on the bucket, too, since the gateway checks
 * DeleteObjects there.
 */
export function bucketPolicy(name: string, writer: string, sweeper: string): object {
  const allow = (principal: string, actions: string[]): object => ({
    Effect: 'Allow',
    Principal: { AWS: [principal] },
    Action: actions,
    Resource: [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`],
  });
  return {
    Version: '2012-10-17',
    Statement: [allow(writer, [...WRITE, ...LIST]), allow(sweeper, [...DELETE, ...LIST])],
  };
}
