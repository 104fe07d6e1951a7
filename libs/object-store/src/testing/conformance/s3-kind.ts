import { DeleteObjectCommand, PutObjectCommand, PutObjectLegalHoldCommand } from '@aws-sdk/client-s3';
import { STORE_MARKERS, type ObjectStore } from '../../object-store.js';
import { createS3Store } from '../../s3-store.js';
import { createFaultProxy, type FaultProxy } from '../fault-proxy.js';
import { createTestBucket, type TestBucket } from '../test-bucket.js';
import type { Kind, Locks, Place } from './kind.js';

type Variant = 'without versions' | 'with versions' | 'with versions suspended' | 'with Object Lock';

const VERSIONING = {
  'without versions': 'none',
  'with versions': 'enabled',
  'with versions suspended': 'suspended',
  'with Object Lock': 'enabled',
} as const;

type Variable = (name: string) => string;

/** A bucket of Ceph's gateway, which the sweeper reaches with keys that can only list and delete. */
export function gatewayBucket(variant: Variant, variable: Variable): Kind {
  const versioning = VERSIONING[variant];
  const objectLock = variant === 'with Object Lock';
  return {
    name: `S3, a bucket ${variant}`,
    traits: { reachable: true, versioning, mfaDelete: false, objectLock },
    keysAtOnce: 1_000,
    examined: { CONDITIONAL_DELETE: 'unknown', READ_BACK: 'unknown' }, // for keys that cannot put
    hasUploads: true,
    hasRights: true,
    async open({ mayDelete = true } = {}) {
      const denied = mayDelete ? [] : ['DeleteObject', 'DeleteObjectVersion'];
      const bucket = await createTestBucket(variable, { objectLock, denied });
      if (versioning === 'enabled' && !objectLock) await bucket.versioning('Enabled');
      if (versioning === 'suspended') await suspend(bucket);
      return placeOf(bucket, versioning, await createFaultProxy(variable('S3_ENDPOINT')));
    },
  };
}

/** Versioning can be suspended only where it was enabled. */
async function suspend(bucket: TestBucket): Promise<void> {
  await bucket.versioning('Enabled');
  await bucket.versioning('Suspended');
}

function placeOf(bucket: TestBucket, versioning: 'none' | 'enabled' | 'suspended', proxy: FaultProxy): Place {
  const { name: Bucket, id, admin } = bucket;
  const stores: ObjectStore[] = [];
  const open = (over: Parameters<TestBucket['options']>[0]) => {
    const store = createS3Store(bucket.options({ endpoint: proxy.endpoint, ...over }));
    stores.push(store);
    return store;
  };
  const place: Place = {
    id,
    store: (over) => open({ ...over }),
    missing: () => open({ bucket: `${Bucket}-is-not-there` }),
    put: (...keys) => bucket.put(...keys),
    begin: (...keys) => bucket.begin(...keys),
    async history(key) {
      if (versioning === 'suspended') await bucket.versioning('Enabled');
      await bucket.put(key);
      if (versioning === 'suspended') await bucket.versioning('Suspended');
      await bucket.put(key);
      await bucket.mark(key);
    },
    contents: () => bucket.contents(),
    async putMarker(marker) {
      await admin.send(new PutObjectCommand({ Bucket, Key: STORE_MARKERS + marker, Body: 'marker' }));
    },
    async removeMarker(marker) {
      await admin.send(new DeleteObjectCommand({ Bucket, Key: STORE_MARKERS + marker }));
    },
    locks: locksOf(bucket, () => proxy.requests.flatMap(({ headers }) => Object.keys(headers))),
    async close() {
      for (const store of stores) store.close();
      await proxy.close();
      bucket.close();
    },
  };
  return place;
}

function locksOf({ admin, name: Bucket }: TestBucket, headers: () => string[]): Locks {
  return {
    async put(Key, { mode, until }) {
      const lock =
        until === undefined
          ? { ObjectLockLegalHoldStatus: 'ON' as const }
          : { ObjectLockMode: mode ?? ('GOVERNANCE' as const), ObjectLockRetainUntilDate: until };
      await admin.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ...lock }));
    },
    async release(Key) {
      await admin.send(new PutObjectLegalHoldCommand({ Bucket, Key, LegalHold: { Status: 'OFF' } }));
    },
    headers,
  };
}
