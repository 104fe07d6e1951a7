import { isAbsolute } from 'node:path';
import { failure } from './examination.js';
import { ONLY_VERSION, unlinkBlock } from './filesystem-block.js';
import { withRoot } from './filesystem-directory.js';
import { createEnds } from './filesystem-ends.js';
import { filesystemFailureKind } from './filesystem-error.js';
import { examineDirectory } from './filesystem-examine.js';
import { readMarkers } from './filesystem-identity.js';
import { deletablePlaceOf, isName, soughtBy } from './filesystem-key.js';
import { listEntries } from './filesystem-listing.js';
import { createLookups } from './filesystem-lookups.js';
import { createOrganizations } from './filesystem-organization.js';
import { inTurns } from './in-turns.js';
import type { BucketTraits, KeyFailure, ObjectStore } from './object-store.js';

export interface FilesystemStoreOptions {
  readonly name: string;
  /** Its marker's; a UUID. */
  readonly id: string;
  /** An absolute path. In it: `<organization>/<block id>`, and the marker `.lethe-store/<id>`. */
  readonly directory: string;
  /** Within which it must do whatever it is asked for. */
  readonly requestTimeoutMs?: number;
  /** Items of one listing. */
  readonly listingItems?: number;
}

const REQUEST_MS = 30_000;
const LISTING_ITEMS = 1_000;
const UNLINKS_AT_ONCE = 4;
const EXAMINATION_MS = 60_000;

/**
 * A directory of a local or mounted file system, for small installations: each block is a file. A file is gone when its directory has
 * no entry of its name, and will have none when the power fails. Throws RangeError for an option that can never work.
 */
export function createFilesystemStore(options: FilesystemStoreOptions): ObjectStore {
  const { name, id, directory, requestTimeoutMs = REQUEST_MS, listingItems = LISTING_ITEMS } = options;
  if (!isAbsolute(directory)) throw new RangeError(`${directory} is not an absolute path`);
  if (!isName(id)) throw new RangeError("a store's id must be a UUID");
  const ends = createEnds(requestTimeoutMs);
  const withOrganization = createOrganizations();
  const lookUp = createLookups({ id, directory }, withOrganization);

  async function remove(keys: readonly string[], signal?: AbortSignal): Promise<KeyFailure[]> {
    if (keys.length === 0) return [];
    const organizations = new Map<string, Map<string, string>>();
    for (const key of keys) {
      const place = deletablePlaceOf(key);
      const names = organizations.get(place.organization) ?? new Map<string, string>();
      organizations.set(place.organization, names.set(place.name, key));
    }
    const failures: KeyFailure[] = [];
    const removeIn = async (end: AbortSignal) =>
      withRoot(options, async (root) => {
        for (const [organization, names] of organizations)
          await withOrganization(root, organization, async (own) => {
            if (own === undefined) return;
            await inTurns([...names], UNLINKS_AT_ONCE, async ([entry, key]) => {
              end.throwIfAborted();
              const code = await unlinkBlock(own, entry);
              if (code !== undefined) failures.push({ key, code, kind: filesystemFailureKind(code) });
            });
            await own.sync();
          });
      });
    await ends.run(removeIn, { signal });
    return failures;
  }

  return {
    name,
    id,
    kind: 'filesystem',
    place: directory,
    listsRanges: false,
    identities: () => ends.run(() => readMarkers(directory)),
    mayHaveVersions: () => ends.run(() => Promise.resolve(false)),
    deleteKeys: remove,
    async deleteVersions(versions, signal) {
      const own = versions.filter(({ versionId }) => versionId === ONLY_VERSION);
      const failures = await remove(
        own.map(({ key }) => key),
        signal,
      );
      return failures.map((failure) => ({ ...failure, versionId: ONLY_VERSION }));
    },
    listVersions: (prefix, after, most = listingItems) =>
      ends.run(async () => {
        const sought = soughtBy(prefix);
        if (sought.kind === 'block') {
          const found = await lookUp(sought.place);
          return { items: found === undefined ? [] : [found], last: undefined };
        }
        return withRoot(options, (root) =>
          withOrganization(root, sought.organization, async (own) => {
            if (own === undefined) return { items: [], last: undefined };
            const page = await listEntries(own, { ...sought, after, most: Math.min(most, listingItems) });
            await own.sync(); // as with a look-up: what is not listed will not come back
            return page;
          }),
        );
      }),
    listUploads: () => ends.run(() => Promise.resolve({ items: [], last: undefined })),
    abortUpload: () => ends.run(() => Promise.resolve(undefined)),
    lockOf: () => ends.run(() => Promise.resolve(undefined)),
    probe: () => ends.run(() => withRoot(options, () => Promise.resolve())),
    describeBucket: (withinMs) =>
      ends
        .run(() => withRoot(options, () => Promise.resolve(PLAIN)), { withinMs })
        .catch(() => ({ ...PLAIN, reachable: false, versioning: 'unknown', objectLock: 'unknown' })),
    examine: (now) =>
      ends
        .run(() => examineDirectory(id, directory, now), { withinMs: EXAMINATION_MS })
        .catch((error: unknown) => [failure('LIST', (error as Error).message)]),
    close: () => {
      ends.close();
    },
  };
}

const PLAIN: BucketTraits = { reachable: true, versioning: 'none', mfaDelete: false, objectLock: false };
