import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Bucket } from './bucket.js';
import type { Contestant } from './contestant.js';
import type { DebianTools } from './debian-tools.js';

const BOTO3 = `import os, sys, boto3
bucket, prefix, versioned = sys.argv[1:]
bucket = boto3.resource('s3', endpoint_url=os.environ['ENDPOINT']).Bucket(bucket)
found = bucket.object_versions if versioned == 'true' else bucket.objects
for answer in found.filter(Prefix=prefix).delete():
    if answer.get('Errors'):
        sys.exit(str(answer['Errors'][0]))
`;

/** What other people's programs make of the same prefix, with what their manuals say deletes everything under it. */
export async function others(
  bucket: Bucket,
  tools: DebianTools,
): Promise<{ readonly contestants: readonly Contestant[]; close(): Promise<void> }> {
  const home = await mkdtemp(join(tmpdir(), 'lethe-bench-tools-'));
  const { accessKeyId, secretAccessKey } = bucket.credentials;
  const { host } = new URL(bucket.endpoint);
  const env = {
    ...tools.env,
    HOME: home,
    PATH: process.env['PATH'] ?? '',
    ENDPOINT: bucket.endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_DEFAULT_REGION: bucket.region,
    AWS_EC2_METADATA_DISABLED: 'true',
    RCLONE_CONFIG: join(home, 'rclone.conf'),
    RCLONE_CONFIG_S_TYPE: 's3',
    RCLONE_CONFIG_S_PROVIDER: 'Ceph',
    RCLONE_CONFIG_S_ENDPOINT: bucket.endpoint,
    RCLONE_CONFIG_S_ACCESS_KEY_ID: accessKeyId,
    RCLONE_CONFIG_S_SECRET_ACCESS_KEY: secretAccessKey,
  };
  const s3cfg = join(home, 's3cfg');
  await writeFile(env.RCLONE_CONFIG, '');
  await writeFile(
    s3cfg,
    `[default]\naccess_key = ${accessKeyId}\nsecret_key = ${secretAccessKey}\nhost_base = ${host}\nhost_bucket = ${host}\nuse_https = False\n`,
    { mode: 0o600 },
  );
  const run = promisify(execFile);
  const program =
    (command: string, argsOf: (prefix: string) => string[]): Contestant['remove'] =>
    async (prefix) => {
      await run(command, argsOf(prefix), { env, maxBuffer: 1 << 28 });
    };
  const { name, versioned } = bucket;
  const { python, aws, s3cmd, rclone } = tools;
  // None of the three has a way to delete versions under a prefix.
  const leaves = versioned ? ({ leaves: 'delete markers and versions' } as const) : {};
  return {
    contestants: [
      {
        name: 'aws s3 rm --recursive',
        ...leaves,
        remove: program(python, (prefix) => [
          ...[aws, '--endpoint-url', bucket.endpoint, 's3', 'rm', '--recursive', '--only-show-errors'],
          `s3://${name}/${prefix}`,
        ]),
      },
      {
        name: 's3cmd del -r',
        ...leaves,
        remove: program(python, (prefix) => [
          s3cmd,
          '-c',
          s3cfg,
          'del',
          '-r',
          '-f',
          '-q',
          `s3://${name}/${prefix}`,
        ]),
      },
      {
        name: 'rclone delete',
        ...leaves,
        remove: program(rclone, (prefix) => ['delete', `s:${name}/${prefix}`]),
      },
      {
        name: 'boto3 loop',
        remove: program(python, (prefix) => ['-c', BOTO3, name, prefix, String(versioned)]),
      },
    ],
    close: () => rm(home, { recursive: true, force: true }),
  };
}
