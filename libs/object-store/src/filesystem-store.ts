import type { ObjectStore } from './object-store.js';

export interface FilesystemStoreOptions {
  readonly name: string;
  /** Its marker's; a UUID. */
  readonly id: string;
  /** An absolute path. In it: `<organization>/<block id>`, and the marker `.lethe-store/<id>`. */
  readonly directory: string;
}

/** A directory of a local or mounted file system, for small installations: each block is a file. */
export function createFilesystemStore({ name, id, directory }: FilesystemStoreOptions): ObjectStore {
  const notYet = () => Promise.reject(new Error(`the store of ${directory} is not there yet`));
  return {
    name,
    id,
    kind: 'filesystem',
    place: directory,
    listsRanges: false,
    identities: notYet,
    mayHaveVersions: () => Promise.resolve(false),
    deleteKeys: notYet,
    deleteVersions: notYet,
    listVersions: notYet,
    listUploads: () => Promise.resolve({ items: [], last: undefined }),
    abortUpload: () => Promise.resolve(undefined),
    lockOf: () => Promise.resolve(undefined),
    probe: notYet,
    describeBucket: () =>
      Promise.resolve({ reachable: false, versioning: 'none', mfaDelete: false, objectLock: false }),
    examine: () => Promise.resolve([]),
    close: () => undefined,
  };
}
