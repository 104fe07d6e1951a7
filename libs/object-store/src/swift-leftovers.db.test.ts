import { swiftServer } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectStore } from './object-store.js';
import { createS3Store, type S3StoreOptions } from './s3-store.js';
import { uploadLatePart } from './testing/late-part.js';
import { createSwiftBucket, type Swift, type SwiftBucket } from './testing/swift-bucket.js';

/** What OpenStack Swift keeps where S3 does not look: docs/operating/stores-swift.md is written from it. */
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

/** Nothing of this can be seen or deleted by S3: `<bucket>+segments` is no name of a bucket. */
describe('parts that stay behind', () => {
  let bucket: SwiftBucket;
  let store: ObjectStore;
  beforeAll(async () => {
    bucket = await bucketOf();
    store = storeOf(bucket);
  });
  const expectSeenByNobody = async (key: string, parts: number) => {
    expect(await store.listVersions(key, '')).toEqual({ items: [], last: undefined });
    expect(await store.listUploads(key, '')).toEqual({ items: [], last: undefined });
    const left = (await bucket.inside('segments')).filter((name) => name.startsWith(`${key}/`));
    expect(left).toHaveLength(parts);
  };

  it('none of a completed upload that is deleted', async () => {
    await bucket.complete('whole', await bucket.begin('whole', 2), 2);
    expect(await store.deleteKeys(['whole'])).toEqual([]);
    await expectSeenByNobody('whole', 0);
  });

  it('all of one that was overwritten', async () => {
    await bucket.complete('over', await bucket.begin('over', 2), 2);
    await bucket.put('over');
    expect(await store.deleteKeys(['over'])).toEqual([]);
    await expectSeenByNobody('over', 2);
  });

  it('those that its completion left out', async () => {
    await bucket.complete('some', await bucket.begin('some', 3), 2);
    expect(await store.deleteKeys(['some'])).toEqual([]);
    await expectSeenByNobody('some', 1);
  });

  it('none of a version that is deleted by its id, all of them until then', async () => {
    const versioned = await bucketOf();
    await versioned.versioning('Enabled');
    await versioned.complete('a', await versioned.begin('a', 2), 2);
    await versioned.put('a'); // here the overwritten one is a version
    const all = storeOf(versioned);
    expect(await all.deleteKeys(['a'])).toEqual([]);
    expect(await versioned.inside('segments')).toHaveLength(2);
    expect(await all.deleteVersions((await all.listVersions('', '')).items)).toEqual([]);
    expect(await versioned.inside('segments')).toEqual([]);
  });

  it('one that was under way when its upload was aborted', async () => {
    const uploadId = await bucket.begin('late', 1);
    const part = {
      Bucket: bucket.name,
      Key: 'late',
      UploadId: uploadId,
      PartNumber: 2,
      Body: Buffer.from('x'),
    };
    const config = {
      endpoint: swift.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: swift.admin,
    };
    await uploadLatePart(config, part, async () => {
      expect(await store.abortUpload({ key: 'late', uploadId })).toBeUndefined();
      await expectSeenByNobody('late', 0);
    });
    await expectSeenByNobody('late', 1);
    expect(await store.abortUpload({ key: 'late', uploadId })).toBeUndefined(); // so once more does not help
    await expectSeenByNobody('late', 1);
  });
});

describe('the sweeper, to whom Swift can give all rights on a container or none', () => {
  it('may do nothing that no ACL grants', async () => {
    const bucket = await bucketOf();
    await bucket.put('a');
    const store = storeOf(bucket, swift.sweeper);
    const denied = { name: 'AccessDenied' };
    await expect(store.listVersions('', '')).rejects.toMatchObject(denied);
    expect(await store.deleteKeys(['a'])).toMatchObject([
      { key: 'a', code: 'AccessDenied', kind: 'permission' },
    ]);
    expect(await bucket.inside('objects')).toEqual(['a']);
  });

  it('without rights on the parts is told once that they stay, and then that all is gone', async () => {
    const bucket = await bucketOf();
    await bucket.complete('a', await bucket.begin('a', 2), 2);
    await bucket.allowSweeper('objects');
    const store = storeOf(bucket, swift.sweeper);
    await expect(store.listUploads('', '')).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(await store.deleteKeys(['a'])).toMatchObject([
      { key: 'a', code: 'SLODeleteError', kind: 'remains' },
    ]);
    expect(await store.deleteKeys(['a'])).toEqual([]);
    expect(await store.listVersions('', '')).toEqual({ items: [], last: undefined });
    expect(await bucket.inside('segments')).toHaveLength(2);
  });

  it('with rights on both leaves nothing', async () => {
    const bucket = await bucketOf();
    await bucket.complete('a', await bucket.begin('a', 2), 2);
    await bucket.begin('b', 1);
    await bucket.allowSweeper('objects');
    await bucket.allowSweeper('segments');
    const store = storeOf(bucket, swift.sweeper);
    expect(await store.deleteKeys(['a'])).toEqual([]);
    for (const upload of (await store.listUploads('', '')).items)
      expect(await store.abortUpload(upload)).toBeUndefined();
    expect(await bucket.inside('objects')).toEqual([]);
    expect(await bucket.inside('segments')).toEqual([]);
  });
});
