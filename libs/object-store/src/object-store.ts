import type { StoreFinding } from './examination.js';
import type { Pace } from './pace/index.js';

/** Under it lies an object for the store's id, whatever it holds: `.lethe-store/<uuid>`. No organization's prefix. */
export const STORE_MARKERS = '.lethe-store/';

/** One version of an object, or a delete marker. `null` is the version of a bucket that never had versioning. */
export interface ObjectVersion {
  readonly key: string;
  readonly versionId: string;
}

/** A version as a listing shows it. */
export interface ListedVersion extends ObjectVersion {
  /** 0 of a delete marker. */
  readonly bytes: number;
  readonly modified: Date;
  readonly isMarker: boolean;
}

/** An upload that was begun and neither completed nor aborted: it holds storage under its key. */
export interface UnfinishedUpload {
  readonly key: string;
  readonly uploadId: string;
}

/** An upload as a listing shows it. */
export interface ListedUpload extends UnfinishedUpload {
  /** Not a time where the store did not say: nothing may be concluded from it then. */
  readonly initiated: Date;
}

/**
 * What a failure asks for. `retry`: a further attempt may do it, for the store was busy, failed inside, or said nothing. `permission`: it
 * was refused, by rights or by a lock: {@link ObjectStore.lockOf} tells which. `gone`: there is no such bucket or account. `remains`: the
 * key may be gone, and the store says that something of it is not: no listing will show it any more, and no further attempt finds it.
 */
export type FailureKind = 'retry' | 'permission' | 'gone' | 'remains';

/** Why a key could not be deleted, in the store's own code. A key the store said nothing about is a failure too. */
export interface KeyFailure {
  readonly key: string;
  /** Where one was named. */
  readonly versionId?: string | undefined;
  readonly code: string;
  readonly kind: FailureKind;
}

/** What keeps a version from being deleted: a retention until that time, or a hold that somebody must lift. */
export interface VersionLock {
  readonly until: Date | undefined;
}

/** A part of a listing in the store's order. It ended amid or behind `last`; undefined: it holds all that there is. */
export interface ListingPage<T> {
  readonly items: readonly T[];
  readonly last: string | undefined;
}

/**
 * Whether a listing that began before `key` holds everything under it. A listing that broke off at a longer key which begins with
 * this one does not: Ceph lists the uploads of `a.1` before those of `a`.
 */
export function isComplete({ last }: Pick<ListingPage<unknown>, 'last'>, key: string): boolean {
  return last === undefined || (key < last && !last.startsWith(key));
}

/** What a bucket says of itself, as far as it may refuse deletions. `unknown`: it did not say, or not in time. */
export interface BucketTraits {
  /** It answers, knows the bucket and takes the credentials. */
  readonly reachable: boolean;
  readonly versioning: 'none' | 'enabled' | 'suspended' | 'unknown';
  /** Deleting a version takes a device that no service has. */
  readonly mfaDelete: boolean;
  /** Versions can be locked. */
  readonly objectLock: boolean | 'unknown';
}

/**
 * What a sweep needs of an object store. A request that fails as a whole, or answers something else than was asked, rejects;
 * only a key's own failure is an answer. Whether an object is gone is for a listing to say, never for a deletion's answer.
 */
export interface ObjectStore {
  /** Appears in certificates and metrics. */
  readonly name: string;
  /** By which it must be recognized; see {@link ObjectStore.identities}. A UUID. */
  readonly id: string;
  readonly kind: 's3' | 'filesystem';
  /** Where it is, for people: endpoint and bucket, or a directory. Never a credential. */
  readonly place: string;
  /** False: a key range cannot be listed in order at the cost of its size; keys are looked up one by one. */
  readonly listsRanges: boolean;
  /** How it is being asked, and whether it is away. None: it is asked whenever somebody wants to. */
  readonly pace?: Pick<Pace, 'outage' | 'gauges'>;
  /**
   * The ids of the markers in it: the names under {@link STORE_MARKERS}. A store is what it is taken for when that is exactly its own
   * id: an empty bucket of the same name, or another one behind the same address, would have every block "gone".
   */
  identities(): Promise<string[]>;
  /** Whether the bucket has, or may have had, versions. An optimisation's hint: it may be a minute old. */
  mayHaveVersions(): Promise<boolean>;
  /**
   * Deletes up to 1000 keys. Missing keys are fine. On a versioned bucket this leaves delete markers. Like every deletion it rejects
   * when `signal` aborts, and sends nothing after that: no request that waited, and no further attempt of one that failed.
   */
  deleteKeys(keys: readonly string[], signal?: AbortSignal): Promise<KeyFailure[]>;
  /** Deletes up to 1000 versions or markers for good. Missing ones are fine. */
  deleteVersions(versions: readonly ObjectVersion[], signal?: AbortSignal): Promise<KeyFailure[]>;
  /**
   * Versions and markers of keys that begin with `prefix` and come after `after`; perhaps those of `after` too. `most`: fewer than a
   * listing holds will do.
   */
  listVersions(prefix: string, after: string, most?: number): Promise<ListingPage<ListedVersion>>;
  listUploads(prefix: string, after: string, most?: number): Promise<ListingPage<ListedUpload>>;
  /** A missing upload is fine. */
  abortUpload(upload: UnfinishedUpload, signal?: AbortSignal): Promise<KeyFailure | undefined>;
  /** Why a version that was refused cannot be deleted; undefined: no lock is known. Never gets around one. */
  lockOf(version: ObjectVersion): Promise<VersionLock | undefined>;
  /** Rejects while the store cannot be reached or refuses the credentials. */
  probe(): Promise<void>;
  /** Never rejects, and ends within that time. */
  describeBucket(withinMs: number): Promise<BucketTraits>;
  /** Tries out what it does and what its keys may, each trial with a finding; never rejects. Takes up to a minute. */
  examine(now: () => Date): Promise<StoreFinding[]>;
  /** Ends what is under way, which rejects, and all that comes later. */
  close(): void;
}
