import {
  mayBeOneKeys,
  type KeyFailure,
  type ObjectStore,
  type ObjectVersion,
  type UnfinishedUpload,
} from '@lethe/object-store';
import { allOf } from './read-back.js';

/** What a bucket without versions calls the version that an object is. */
export const NO_VERSION = 'null';
const ABORTS = 16;
/** So many keys of a request may each make all of it fail. */
const POISON_KEYS = 8;

/** `whole`: a request for this alone failed as a whole. */
export interface Failure extends KeyFailure {
  readonly whole?: boolean;
}

/** A version that a listing showed, or else the object that may be under a key of a bucket without versions, for all that is listed. */
export interface Doomed extends ObjectVersion {
  readonly isMarker?: boolean;
  readonly unlisted?: true;
}

/**
 * Deletes up to 1000 versions, by version id; where there are no versions, by key, which every store takes. A request that fails as a
 * whole is split until the key is found that it fails for: the others go, and that one is a failure of its own. What is not listed is
 * passed over where a listing shows versions: a deletion by key would add a marker. Rejects when the store is what fails.
 */
export async function removeVersions(
  store: ObjectStore,
  doomed: readonly Doomed[],
  signal: AbortSignal,
): Promise<Failure[]> {
  const byKey =
    doomed.every(({ versionId, isMarker }) => versionId === NO_VERSION && isMarker !== true) &&
    !(await store.mayHaveVersions());
  const versions = byKey ? doomed : doomed.filter(({ unlisted }) => unlisted !== true);
  if (versions.length === 0) return [];
  const remove = byKey
    ? (some: readonly ObjectVersion[]) =>
        store.deleteKeys(
          some.map(({ key }) => key),
          signal,
        )
    : (some: readonly ObjectVersion[]) =>
        store.deleteVersions(
          some.map(({ key, versionId }) => ({ key, versionId })),
          signal,
        );
  const failures = await splitting(versions, remove, signal);
  // Refusals are asked about by version.
  return byKey ? failures.map((failure) => ({ ...failure, versionId: NO_VERSION })) : failures;
}

/**
 * Depth first, so that a store which fails whatever it is asked is found out by one way down. So many failed requests at most as it
 * takes to find that many keys.
 */
async function splitting(
  versions: readonly ObjectVersion[],
  remove: (some: readonly ObjectVersion[]) => Promise<KeyFailure[]>,
  signal: AbortSignal,
): Promise<Failure[]> {
  const depth = Math.ceil(Math.log2(Math.max(1, versions.length))) + 1;
  const failures: Failure[] = [];
  let [succeeded, failed] = [0, 0];
  const attempt = async (some: readonly ObjectVersion[]): Promise<void> => {
    signal.throwIfAborted();
    try {
      failures.push(...(await remove(some)));
      succeeded += 1;
    } catch (error) {
      failed += 1;
      const hopeless = failed > depth * (succeeded === 0 ? 1 : POISON_KEYS);
      if (signal.aborted || versions.length === 1 || hopeless || !mayBeOneKeys(error)) throw error;
      const [first] = some as [ObjectVersion];
      if (some.length === 1)
        failures.push({
          key: first.key,
          versionId: first.versionId,
          code: (error as Error).name,
          kind: 'retry',
          whole: true,
        });
      else
        for (const half of [some.slice(0, some.length >> 1), some.slice(some.length >> 1)])
          await attempt(half);
    }
  };
  await attempt(versions);
  return failures;
}

/** Those that could not be aborted, with the reason. */
export async function abortUploads(
  store: ObjectStore,
  uploads: readonly UnfinishedUpload[],
  signal: AbortSignal,
): Promise<Map<UnfinishedUpload, KeyFailure>> {
  const failures = new Map<UnfinishedUpload, KeyFailure>();
  for (let at = 0; at < uploads.length; at += ABORTS) {
    signal.throwIfAborted();
    await allOf(
      uploads.slice(at, at + ABORTS).map(async (upload) => {
        const failure = await store.abortUpload(upload, signal);
        if (failure) failures.set(upload, failure);
      }),
    );
  }
  return failures;
}
