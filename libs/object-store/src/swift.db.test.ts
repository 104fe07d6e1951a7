import { GetObjectLegalHoldCommand, ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { swiftServer } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isComplete, type ObjectStore } from './object-store.js';
import { StoreAnswerError } from './s3-answer.js';
import { createS3Store, type S3StoreOptions } from './s3-store.js';
import { createSwiftBucket, type Swift, type SwiftBucket } from './testing/swift-bucket.js';

/** What OpenStack Swift's S3 layer does, and does not: docs/operating/stores-swift.md is written from it. */
let swift: Swift;
const closes: (() => void)[] = [];
beforeAll(async () => {
  swift = await swiftServer();
}, 240_000); // where its packages have to be fetched first
afterAll(() => {
  for (const close of closes) close();
});
async function bucketOf(): Promise<SwiftBucket> {
  const bucket = await createSwiftBucket(swift);
  closes.push(() => bucket.close());
  return bucket;
}
function storeOf(bucket: SwiftBucket, over: Partial<S3StoreOptions> = {}): ObjectStore {
  const store = createS3Store(bucket.options({ contentMd5: true, ...over }));
  closes.push(() => store.close());
  return store;
}
/** What has become better by the second of the two versions that were tried, 2.30 and 2.35. */
const better = () => Number(swift.version.split('.')[1]) >= 35;
const place = ({ key, versionId }: { key: string; versionId: string }) => [key, versionId];
const keysOf = (page: { items: readonly { key: string }[] }) => page.items.map(({ key }) => key);

describe('a bucket without versions', () => {
  const KEYS = ['a', 'a.1', 'a/1', 'k 1+&<x>', '~', 'ü', '\u{1f512}'];

  it('is listed by ?versions in the order of bytes, each object as version null', async () => {
    const bucket = await bucketOf();
    await bucket.put(...KEYS.toReversed());
    const store = storeOf(bucket);
    expect(await store.mayHaveVersions()).toBe(false);
    const page = await store.listVersions('', '');
    expect(page.items.map(place)).toEqual(KEYS.map((key) => [key, 'null']));
    expect(page.last).toBeUndefined();
    expect(page.items[0]).toMatchObject({ bytes: 1, isMarker: false });
    expect(Math.abs(Date.now() - page.items[0]!.modified.getTime())).toBeLessThan(60_000);
    expect(keysOf(await store.listVersions('a', 'a'))).toEqual(['a.1', 'a/1']);
    expect(keysOf(await store.listVersions('k 1+&<', ''))).toEqual(['k 1+&<x>']);
  });

  it('is listed in parts, each of which says where it ended', async () => {
    const bucket = await bucketOf();
    await bucket.put('a', 'b', 'c');
    const store = storeOf(bucket, { listingItems: 2 });
    expect(await store.listVersions('', '')).toMatchObject({ last: 'b' });
    expect(await store.listVersions('', 'b')).toMatchObject({ items: [{ key: 'c' }], last: undefined });
    expect(await store.listVersions('', 'c')).toEqual({ items: [], last: undefined });
  });

  it('loses what is deleted, and misses nothing that is missing', async () => {
    const bucket = await bucketOf();
    await bucket.put(...KEYS, 'kept');
    const store = storeOf(bucket);
    expect(await store.deleteKeys([...KEYS, 'missing', 'x'.repeat(1_025)])).toEqual([]);
    expect(await bucket.inside('objects')).toEqual(['kept']);
    expect(await store.deleteVersions([{ key: 'kept', versionId: 'null' }])).toEqual([]);
    expect(await bucket.inside('objects')).toEqual([]);
  });

  it('refuses DeleteObjects without a Content-MD5, or takes another checksum', async () => {
    const bucket = await bucketOf();
    await bucket.put('a');
    const store = storeOf(bucket, { contentMd5: false });
    if (better()) expect(await store.deleteKeys(['a'])).toEqual([]);
    else await expect(store.deleteKeys(['a'])).rejects.toMatchObject({ name: 'InvalidRequest' });
    expect(await bucket.inside('objects')).toEqual(better() ? [] : ['a']);
  });

  it('fails a key with a version that can be none', async () => {
    const bucket = await bucketOf();
    await bucket.put('a');
    const failures = await storeOf(bucket).deleteVersions([{ key: 'a', versionId: '1700000000.00000' }]);
    expect(failures).toMatchObject([{ key: 'a', code: better() ? 'InvalidRequest' : 'Server Error' }]);
    expect(await bucket.inside('objects')).toEqual(['a']);
  });

  it('refuses a condition on a PUT', async () => {
    const bucket = await bucketOf();
    const put = new PutObjectCommand({ Bucket: bucket.name, Key: 'a', Body: 'x', IfNoneMatch: '*' });
    await expect(bucket.admin.send(put)).rejects.toMatchObject({ name: 'NotImplemented' });
  });

  it('says what it is, but perhaps for locks, of which it knows nothing', async () => {
    const bucket = await bucketOf();
    await bucket.put('a', '.lethe-store/b1');
    const store = storeOf(bucket);
    const traits = { reachable: true, versioning: 'none', mfaDelete: false };
    const objectLock = better() ? false : 'unknown';
    expect(await store.describeBucket(5_000)).toEqual({ ...traits, objectLock });
    expect(await store.identities()).toEqual(['b1']);
  });

  it('takes a question for a lock for one for the object, and answers with its content', async () => {
    const bucket = await bucketOf();
    const object = { Bucket: bucket.name, Key: 'a' };
    const Body = '<LegalHold><Status>ON</Status></LegalHold>';
    await bucket.admin.send(new PutObjectCommand({ ...object, Body }));
    const answer = await bucket.admin.send(new GetObjectLegalHoldCommand(object));
    expect(answer.LegalHold).toEqual({ Status: 'ON' });
  });

  it('that is not there rejects', async () => {
    const store = storeOf(await bucketOf(), { bucket: 'there-is-none' });
    await expect(store.listVersions('', '')).rejects.toMatchObject({ name: 'NoSuchBucket' });
    await expect(store.listUploads('', '')).rejects.toMatchObject({ name: 'NoSuchBucket' });
    await expect(store.deleteKeys(['a'])).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });
});

describe('a bucket with versions', () => {
  it('gives up every version and marker, by its id, and keeps nothing behind', async () => {
    const bucket = await bucketOf();
    await bucket.put('before');
    await bucket.versioning('Enabled');
    await bucket.put('a', 'a', 'before', 'b');
    const store = storeOf(bucket);
    expect(await store.mayHaveVersions()).toBe(true);
    expect(await store.deleteKeys(['a', 'missing'])).toEqual([]);
    const { items } = await store.listVersions('', '');
    // The object from before has got a version id of its own, and a key that was missing has a marker.
    expect(items.map(({ key, isMarker }) => [key, isMarker])).toEqual([
      ['a', false],
      ['a', false],
      ['a', true],
      ['b', false],
      ['before', false],
      ['before', false],
      ['missing', true],
    ]);
    expect(items.filter(({ versionId }) => versionId === 'null')).toEqual([]);
    for (let again = 0; again < 2; again++) expect(await store.deleteVersions(items)).toEqual([]);
    expect(await store.listVersions('', '')).toEqual({ items: [], last: undefined });
    expect(await bucket.inside('objects')).toEqual([]);
    expect(await bucket.inside('versions')).toEqual([]);
  });

  it('has null versions beside the others once that is suspended, and leaves no marker then', async () => {
    const bucket = await bucketOf();
    await bucket.versioning('Enabled');
    await bucket.put('a');
    await bucket.versioning('Suspended');
    await bucket.put('a');
    const store = storeOf(bucket);
    expect(await store.mayHaveVersions()).toBe(true);
    const { items } = await store.listVersions('', '');
    expect(items.map(({ versionId }) => versionId === 'null')).toEqual([true, false]);
    expect(await store.deleteKeys(['a'])).toEqual([]);
    expect((await store.listVersions('', '')).items.map(place)).toEqual([place(items[1]!)]);
    expect(await store.deleteVersions(items)).toEqual([]);
    expect(await bucket.inside('versions')).toEqual([]);
  });

  it('is listed to its end by keys alone; by the markers it names, it is not', async () => {
    const bucket = await bucketOf();
    await bucket.versioning('Enabled');
    await bucket.put('a', 'a', 'a', 'b');
    const first = { Bucket: bucket.name, MaxKeys: 2 };
    const { NextKeyMarker, NextVersionIdMarker } = await bucket.admin.send(
      new ListObjectVersionsCommand(first),
    );
    expect([NextKeyMarker, NextVersionIdMarker]).toEqual(['a', 'null']);
    const next = { ...first, KeyMarker: NextKeyMarker, VersionIdMarker: NextVersionIdMarker };
    const lost = await bucket.admin.send(new ListObjectVersionsCommand(next));
    expect([lost.IsTruncated, lost.Versions ?? []]).toEqual([false, []]); // and there are two more

    const store = storeOf(bucket, { listingItems: 2 });
    const page = await store.listVersions('', '');
    expect(page.last).toBe('a');
    expect(isComplete(page, 'a')).toBe(false);
    expect(keysOf(await store.listVersions('', 'a'))).toEqual(['b']);
  });

  it('tells a version that is no time from one that is not there', async () => {
    const bucket = await bucketOf();
    await bucket.versioning('Enabled');
    const store = storeOf(bucket);
    expect(await store.deleteVersions([{ key: 'a', versionId: '1700000000.00000' }])).toEqual([]);
    const failures = await store.deleteVersions([{ key: 'a', versionId: 'none' }]);
    expect(failures).toMatchObject([{ key: 'a', code: better() ? 'InvalidRequest' : 'Server Error' }]);
  });
});

describe('unfinished uploads', () => {
  it('are listed and aborted, with their parts', async () => {
    const bucket = await bucketOf();
    const store = storeOf(bucket);
    expect(await store.listUploads('', '')).toEqual({ items: [], last: undefined });
    const uploads = [];
    for (const key of ['a', 'b', 'b']) uploads.push({ key, uploadId: await bucket.begin(key, 2) });
    expect(keysOf(await store.listUploads('', ''))).toEqual(['a', 'b', 'b']);
    expect(keysOf(await store.listUploads('b', ''))).toEqual(['b', 'b']);
    for (let again = 0; again < 2; again++)
      for (const upload of uploads) expect(await store.abortUpload(upload)).toBeUndefined();
    expect(await store.listUploads('', '')).toEqual({ items: [], last: undefined });
    expect(await bucket.inside('segments')).toEqual([]);
  });

  it('a full listing says that it is cut off, also where nothing follows', async () => {
    const bucket = await bucketOf();
    for (const key of ['a', 'b']) await bucket.begin(key);
    const store = storeOf(bucket, { listingItems: 2 });
    expect(await store.listUploads('', '')).toMatchObject({ last: 'b' });
    expect(await store.listUploads('', 'b')).toEqual({ items: [], last: undefined });
  });

  it('a.1 comes before a; and behind a, nothing is found that begins with a/', async () => {
    const bucket = await bucketOf();
    for (const key of ['a', 'a.1', 'a/b', 'b']) await bucket.begin(key);
    const store = storeOf(bucket);
    expect(keysOf(await store.listUploads('', ''))).toEqual(['a.1', 'a', 'a/b', 'b']);
    expect(keysOf(await store.listUploads('', 'a'))).toEqual(['b']);
  });

  it('a prefix that is a key and a slash finds the key, which is no answer', async () => {
    const bucket = await bucketOf();
    await bucket.begin('a');
    await expect(storeOf(bucket).listUploads('a/', '')).rejects.toBeInstanceOf(StoreAnswerError);
  });
});
