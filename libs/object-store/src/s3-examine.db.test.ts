import { PutObjectCommand } from '@aws-sdk/client-s3';
import { serverVariable } from '@lethe/testkit';
import { afterAll, describe, expect, it } from 'vitest';
import { STORE_MARKERS } from './object-store.js';
import { createS3Store, type S3StoreOptions } from './s3-store.js';
import { createFaultProxy } from './testing/fault-proxy.js';
import {
  createTestBucket,
  SWEEPER_RIGHTS,
  type TestBucket,
  type TestBucketOptions,
} from './testing/test-bucket.js';

const closes: (() => void | Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closes) await close();
});
async function bucketOf(options?: TestBucketOptions): Promise<TestBucket> {
  const bucket = await createTestBucket(serverVariable, options);
  closes.push(() => bucket.close());
  return bucket;
}
async function examined(options: S3StoreOptions, now = new Date()): Promise<Record<string, string>> {
  const store = createS3Store(options);
  closes.push(() => store.close());
  const findings = await store.examine(() => now);
  return Object.fromEntries(
    findings.map(({ what, judgement, message }) => [what, `${judgement}: ${message}`]),
  );
}
/** Keys that may do everything. */
const owner = () => ({
  accessKeyId: serverVariable('S3_ADMIN_ACCESS_KEY_ID'),
  secretAccessKey: serverVariable('S3_ADMIN_SECRET_ACCESS_KEY'),
});

/** By the right that is missing. */
const FAILS: Readonly<Record<(typeof SWEEPER_RIGHTS)[number], readonly string[]>> = {
  DeleteObject: ['DELETE', 'DELETE_LIMIT'],
  DeleteObjectVersion: ['DELETE', 'DELETE_LIMIT'],
  AbortMultipartUpload: ['ABORT_UPLOAD'],
  ListBucket: ['IDENTITY', 'LIST'],
  ListBucketVersions: ['LIST_VERSIONS'],
  ListBucketMultipartUploads: ['LIST_UPLOADS'],
  GetBucketVersioning: ['VERSIONING'],
  GetBucketObjectLockConfiguration: ['OBJECT_LOCK'],
  GetObjectRetention: ['OBJECT_LOCK'],
  GetObjectLegalHold: ['OBJECT_LOCK'],
};

describe('an examination', () => {
  it('finds nothing wrong with what a sweeper should have, and leaves nothing', async () => {
    const bucket = await bucketOf();
    await bucket.versioning('Enabled');
    const findings = await examined(bucket.options());
    const { CONDITIONAL_DELETE, READ_BACK, ...others } = findings;
    for (const finding of Object.values(others)) expect(finding).toMatch(/^ok/);
    expect(Object.keys(findings).sort()).toEqual(
      [
        'ABORT_UPLOAD',
        'CLOCK',
        'CONDITIONAL_DELETE',
        'DELETE',
        'DELETE_LIMIT',
        'IDENTITY',
        'LIST',
        'LIST_UPLOADS',
        'LIST_VERSIONS',
      ]
        .concat('MFA_DELETE', 'OBJECT_LOCK', 'PUT', 'READ', 'READ_BACK', 'VERSIONING')
        .sort(),
    );
    for (const finding of [CONDITIONAL_DELETE, READ_BACK]) expect(finding).toMatch(/^unknown: not tried/);
    expect(others).toMatchObject({
      DELETE_LIMIT: expect.stringContaining('1000 keys') as string,
      VERSIONING: expect.stringContaining('enabled') as string,
    });
    expect(await bucket.contents()).toEqual([]);
  });

  it('warns of keys that can do more, and deletes what they put', async () => {
    for (const versioned of [false, true]) {
      const bucket = await bucketOf();
      if (versioned) await bucket.versioning('Enabled');
      const findings = await examined(bucket.options(owner()));
      expect(findings).toMatchObject({
        PUT: expect.stringMatching(/^warning/) as string,
        READ: expect.stringMatching(/^warning/) as string,
        READ_BACK: expect.stringMatching(/^ok/) as string,
      });
      expect(await bucket.contents()).toEqual([]);
    }
  });

  it('warns of Object Lock', async () => {
    const bucket = await bucketOf({ objectLock: true });
    expect((await examined(bucket.options()))['OBJECT_LOCK']).toMatch(/^warning/);
  });

  it.each(['GetObjectRetention', 'GetObjectLegalHold'] as const)(
    'names keys that may not ask about locks, where there may be some: %s',
    async (denied) => {
      const bucket = await bucketOf({ objectLock: true, denied: [denied] });
      expect((await examined(bucket.options()))['OBJECT_LOCK']).toMatch(
        new RegExp(`^failure: locks cannot be asked about.*${denied}`),
      );
      const without = await bucketOf({ denied: [denied] });
      expect((await examined(without.options()))['OBJECT_LOCK']).toMatch(/^ok/);
    },
  );

  it.each(SWEEPER_RIGHTS)('fails where the keys lack no right but %s, and names it', async (denied) => {
    const bucket = await bucketOf({ denied: [denied], objectLock: denied.startsWith('GetObject') });
    const findings = await examined(bucket.options());
    const failures = Object.keys(findings).filter((what) => findings[what]?.startsWith('failure'));
    expect(failures).toEqual(FAILS[denied]);
    for (const what of failures) expect(findings[what]).toContain(`allow ${denied}`);
  });

  it('names all rights about locks that the keys lack at once', async () => {
    const denied = ['GetBucketObjectLockConfiguration', 'GetObjectRetention', 'GetObjectLegalHold'] as const;
    const bucket = await bucketOf({ objectLock: true, denied });
    expect((await examined(bucket.options()))['OBJECT_LOCK']).toContain(`allow ${denied.join(', ')}`);
  });

  it.each([
    ['GetBucketVersioning', 'VERSIONING', 'failure'],
    ['GetObjectLockConfiguration', 'OBJECT_LOCK', 'unknown'],
    ['AbortMultipartUpload', 'ABORT_UPLOAD', 'unknown'],
  ] as const)(
    'tells a store that does not know %s from keys without the right',
    async (operation, what, found) => {
      const bucket = await bucketOf();
      const proxy = await createFaultProxy(serverVariable('S3_ENDPOINT'));
      closes.push(() => proxy.close());
      const body = '<?xml version="1.0"?><Error><Code>NotImplemented</Code></Error>';
      proxy.fault = (request) =>
        request.operation === operation ? { kind: 'answer', status: 501, body } : undefined;
      const findings = await examined(bucket.options({ endpoint: proxy.endpoint }));
      expect(findings[what]).toMatch(new RegExp(`^${found}: `));
      expect(findings[what]).not.toContain('allow');
      expect(findings['MFA_DELETE']).toMatch(what === 'VERSIONING' ? /^unknown/ : /^ok/);
    },
  );

  it('knows a bucket by its marker', async () => {
    const [bucket, other] = [await bucketOf(), await bucketOf()];
    expect((await examined(bucket.options({ id: other.id })))['IDENTITY']).toMatch(
      /^failure: its marker is another/,
    );
    const Key = STORE_MARKERS + other.id;
    await bucket.admin.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body: 'marker' }));
    expect((await examined(bucket.options()))['IDENTITY']).toMatch(/^failure: there are 2/);
  });

  it('says by how much clocks differ', async () => {
    const bucket = await bucketOf();
    const [minutes, hour] = [new Date(Date.now() + 5 * 60_000), new Date(Date.now() - 60 * 60_000)];
    expect((await examined(bucket.options(), minutes))['CLOCK']).toMatch(
      /^warning: its clock is (29\d|30\d) s behind/,
    );
    expect((await examined(bucket.options(), hour))['CLOCK']).toMatch(
      /^failure: its clock is 3\d{3} s ahead/,
    );
  });

  it('ends with findings where nothing answers', async () => {
    const bucket = await bucketOf();
    const findings = await examined(bucket.options({ endpoint: 'http://127.0.0.1:1' }));
    expect(findings['IDENTITY']).toMatch(/^failure/);
    expect(findings['CLOCK']).toMatch(/^unknown/);
  });

  it('says what to set for a store that wants digests', async () => {
    const bucket = await bucketOf();
    const proxy = await createFaultProxy(serverVariable('S3_ENDPOINT'));
    closes.push(() => proxy.close());
    const body =
      '<?xml version="1.0"?><Error><Code>InvalidRequest</Code><Message>Missing required header: Content-MD5</Message></Error>';
    proxy.fault = ({ operation }) =>
      operation === 'DeleteObjects' ? { kind: 'answer', status: 400, body } : undefined;
    const findings = await examined(bucket.options({ endpoint: proxy.endpoint }));
    expect(findings['DELETE']).toMatch(/^failure: .*set contentMd5/);
  });
});
