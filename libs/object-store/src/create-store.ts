import { createFilesystemStore, type FilesystemStoreOptions } from './filesystem-store.js';
import type { ObjectStore } from './object-store.js';
import { createS3Store, type S3StoreOptions } from './s3-store.js';

/** Whatever a configuration may name as a place of blocks. */
export type StoreOptions =
  ({ readonly kind: 's3' } & S3StoreOptions) | ({ readonly kind: 'filesystem' } & FilesystemStoreOptions);

/** Opens a store of any kind; nothing of it is looked at yet. Throws on options that can never work. */
export function createStore(options: StoreOptions): ObjectStore {
  switch (options.kind) {
    case 's3':
      return createS3Store(options);
    case 'filesystem':
      return createFilesystemStore(options);
  }
}
