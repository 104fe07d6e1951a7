import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { STORE_MARKERS, type ObjectStore } from '../../object-store.js';
import { createS3Store } from '../../s3-store.js';
import { createSwiftBucket, type Swift } from '../swift-bucket.js';
import { contentsOf } from '../test-bucket.js';
import type { Kind } from './kind.js';

/** As docs/operating/stores-swift.md advises. */
const REQUEST_MS = 120_000;

/** A bucket of OpenStack Swift's S3 layer, with its owner's keys: S3 has no words for the rights of another there. */
export function swiftBucket(versioning: 'none' | 'enabled', server: () => Promise<Swift>): Kind {
  const traits = { reachable: true, versioning, mfaDelete: false, objectLock: 'unknown' } as const;
  return {
    name: `S3, a bucket of OpenStack Swift ${versioning === 'none' ? 'without' : 'with'} versions`,
    traits,
    // Each key is a HEAD and a DELETE, and a marker's PUT with versions, two at a time: a thousand took 17 s on a busy machine without
    // versions, and 41 s with them. The examination's thousand, by version id and of keys that are not there, took 20 s with both.
    keysAtOnce: versioning === 'none' ? 1_000 : 100,
    examined: { READ: 'warning', PUT: 'warning' },
    hasUploads: true,
    hasRights: false,
    async open() {
      const swift = await server();
      const bucket = await createSwiftBucket(swift);
      const { name: Bucket, admin } = bucket;
      const { id } = bucket.options();
      if (versioning === 'enabled') await bucket.versioning('Enabled');
      const stores: ObjectStore[] = [];
      const open = (over: Parameters<typeof bucket.options>[0]) => {
        const store = createS3Store(
          bucket.options({ id, contentMd5: true, requestTimeoutMs: REQUEST_MS, ...over }),
        );
        stores.push(store);
        return store;
      };
      const putMarker = async (marker: string) => {
        await admin.send(new PutObjectCommand({ Bucket, Key: STORE_MARKERS + marker, Body: 'marker' }));
      };
      await putMarker(id);
      return {
        id,
        traits: { ...traits, objectLock: Number(swift.version.split('.')[1]) >= 35 ? false : 'unknown' },
        store: (over) => open({ ...over }),
        missing: () => open({ bucket: `${Bucket}-is-not-there` }),
        put: (...keys) => bucket.put(...keys),
        async begin(...keys) {
          for (const key of keys) await bucket.begin(key);
        },
        async history(key) {
          await bucket.put(key, key);
          await admin.send(new DeleteObjectCommand({ Bucket, Key: key }));
        },
        contents: () => contentsOf(admin, Bucket),
        putMarker,
        async removeMarker(marker) {
          await admin.send(new DeleteObjectCommand({ Bucket, Key: STORE_MARKERS + marker }));
        },
        close() {
          for (const store of stores) store.close();
          bucket.close();
        },
      };
    },
  };
}
