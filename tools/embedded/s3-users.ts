import type { Secrets } from './secrets.js';

/**
 * The users of the object storage. None can do another's work: what each may do in a bucket is that bucket's policy
 * (provision-bucket.ts).
 */
const USERS = {
  /** Owns the buckets. */
  admin: 'lethe-admin',
  /** Stores and reads blocks; stands for the platform's data plane. */
  writer: 'lethe-writer',
  /** Deletes blocks; blob-sweeper alone has its keys. */
  sweeper: 'lethe-sweeper',
} as const;

/** Creates the three. Only the admin may create buckets: a user without any bucket has no rights but a policy's. */
export async function createS3Users(
  radosgwAdmin: (...args: string[]) => Promise<string>,
  keys: Secrets['s3'],
): Promise<void> {
  for (const role of ['admin', 'writer', 'sweeper'] as const) {
    const { accessKeyId, secretAccessKey } = keys[role];
    const user = [`--uid=${USERS[role]}`, `--display-name=${USERS[role]}`];
    const pair = [`--access-key=${accessKeyId}`, `--secret-key=${secretAccessKey}`];
    const limit = role === 'admin' ? [] : ['--max-buckets=-1'];
    await radosgwAdmin('user', 'create', ...user, ...pair, ...limit);
  }
}

/** The variables that the object storage's clients read. The principals are for bucket policies. */
export function s3Environment(endpoint: string, keys: Secrets['s3']): Record<string, string> {
  const env: Record<string, string> = { S3_ENDPOINT: endpoint, AWS_REGION: 'us-east-1' };
  for (const role of ['admin', 'writer', 'sweeper'] as const) {
    env[`S3_${role.toUpperCase()}_ACCESS_KEY_ID`] = keys[role].accessKeyId;
    env[`S3_${role.toUpperCase()}_SECRET_ACCESS_KEY`] = keys[role].secretAccessKey;
    env[`S3_${role.toUpperCase()}_PRINCIPAL`] = `arn:aws:iam:::user/${USERS[role]}`;
  }
  return env;
}
