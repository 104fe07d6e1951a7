import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { STORE_MARKERS, type ObjectStore } from '../../object-store.js';
import { createS3Store } from '../../s3-store.js';
import { createSwiftBucket, type Swift } from '../swift-bucket.js';
import { contentsOf } from '../test-bucket.js';
import type { Kind } from './kind.js';

/** A bucket of OpenStack Swift's S3 layer, with its owner's keys: S3 has no words for the rights of another there. */
export function swiftBucket(versioning: 'none' | 'enabled', server: () => Promise<Swift>): Kind {
  return {
    name: `S3, a bucket of OpenStack Swift ${versioning === 'none' ? 'without' : 'with'} versions`,
    traits: { reachable: true, versioning, mfaDelete: false, objectLock: 'unknown' },
    isFast: false,
    hasUploads: true,
    hasRights: false,
    async open() {
      const bucket = await createSwiftBucket(await server());
      const { name: Bucket, admin } = bucket;
      const { id } = bucket.options();
      if (versioning === 'enabled') await bucket.versioning('Enabled');
      const stores: ObjectStore[] = [];
      const open = (over: Parameters<typeof bucket.options>[0]) => {
        const store = createS3Store(bucket.options({ id, contentMd5: true, ...over }));
        stores.push(store);
        return store;
      };
      const putMarker = async (marker: string) => {
        await admin.send(new PutObjectCommand({ Bucket, Key: STORE_MARKERS + marker, Body: 'marker' }));
      };
      await putMarker(id);
      return {
        id,
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
