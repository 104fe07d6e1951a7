import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import type { StoreFinding, TrialName } from '../../examination.js';
import type { BucketTraits, ObjectStore, VersionLock } from '../../object-store.js';

/** A kind of store, as the conformance suite meets it. */
export interface Kind {
  readonly name: string;
  readonly traits: BucketTraits;
  /** Objects may be uploaded in parts. */
  readonly hasUploads: boolean;
  /** Of one request: a thousand, as a page has, or as many as it deletes within some seconds. */
  readonly keysAtOnce: number;
  /** What an examination finds otherwise than in order, but for locks, of which the traits speak. */
  readonly examined: Readonly<Partial<Record<TrialName, StoreFinding['judgement']>>>;
  /** The right to delete can be withheld while the others stay. */
  readonly hasRights: boolean;
  /** A store of a suite's own, empty but for its marker. */
  open(options?: { readonly mayDelete?: boolean }): Promise<Place>;
}

export interface Place {
  readonly id: string;
  /** Where they depend on the server's version, which is not known before it runs. */
  readonly traits?: BucketTraits;
  /** With the sweeper's own rights. */
  store(over?: StoreOver): ObjectStore;
  /** One where nothing is, with the same rights. */
  missing(): ObjectStore;
  put(...keys: string[]): Promise<void>;
  /** Of kinds with versions: several of the key, with a delete marker as the newest. */
  history?(key: string): Promise<void>;
  /** Begins an upload under each key. */
  begin?(...keys: string[]): Promise<void>;
  /** The keys of all that its owner sees but markers, once for each version, delete marker and upload, sorted. */
  contents(): Promise<string[]>;
  putMarker(id: string): Promise<void>;
  removeMarker(id: string): Promise<void>;
  readonly locks?: Locks;
  close(): Promise<void> | void;
}

export interface StoreOver {
  readonly listingItems?: number;
}

/** Of kinds whose versions can be locked. */
export interface Locks {
  put(key: string, lock: { readonly mode?: 'GOVERNANCE' | 'COMPLIANCE' } & VersionLock): Promise<void>;
  release(key: string): Promise<void>;
  /** The names of the headers of every request that a store sent. */
  headers(): string[];
}

/** A place for all tests of a suite, each of which uses an organization of its own. */
export function usePlace(kind: Kind, options?: { readonly mayDelete?: boolean }): { readonly now: Place } {
  let now: Place | undefined;
  beforeAll(async () => {
    now = await kind.open(options);
  }, 240_000); // where a server has to be fetched first
  afterAll(() => now?.close());
  return {
    get now() {
      if (now === undefined) throw new Error('only within a test');
      return now;
    },
  };
}

/** No expectation of speed: the end of hope for what sends a thousand keys in one request. */
export const SLOWEST_MS = 120_000;

export const newOrganization = () => `org-${randomUUID().slice(0, 8)}`;
/** As many keys of blocks as asked for, ascending. */
export const newKeys = (organization: string, count: number): string[] =>
  Array.from({ length: count }, () => `${organization}/${randomUUID()}`).sort();

/** Everything under a key, read as a sweep reads it. */
export async function versionsOf(store: ObjectStore, key: string) {
  const { items } = await store.listVersions(key, '');
  return items.filter((item) => item.key === key);
}
