import type { Queryable } from '@lethe/postgres';

export interface Realm {
  readonly realmId: string;
  readonly organizationId: string;
  readonly state: 'active' | 'fenced' | 'purged';
}

/** What unlocks the data first: from the second kind on nothing can be read any more, whatever happens to the rest. */
export const SHREDDING_ORDER = ['key_bundle_accesses', 'key_bundles', 'vlob_atoms'] as const;
export type MetadataKind = (typeof SHREDDING_ORDER)[number];

/** How far a batch came that was too large for one. */
export interface ShredPlace {
  readonly page: number;
  readonly file: number;
}

export interface Shredded {
  readonly rows: number;
  readonly next: ShredPlace | undefined;
}

/** One of `of` parts of all ids, from 0 on. */
export interface KeyPart {
  readonly no: number;
  readonly of: number;
}

/** The rows of a page of blocks: 16 bytes an id, ascending. */
export interface PageRows {
  readonly all: Buffer;
  /** Those of them that no active realm of the organization refers to. */
  readonly sweepable: Buffer;
}

export interface PageRange {
  /** The first and the last id, both within. */
  readonly first: string;
  readonly last: string;
}

export interface RealmDescription extends Realm {
  readonly blocks: number;
  readonly bytes: number;
  readonly vlobAtoms: number;
  readonly keyBundles: number;
}

/** A block that a row of the organization names. */
export interface KnownBlock {
  readonly blockId: string;
  /** An active realm does. */
  readonly live: boolean;
}

/** Who writes to realms: as much as a purge needs something to purge. Each behind {@link RealmStore.lockForWriting}. */
export interface RealmWriters {
  /** False when the id is taken, by whomever, or was. */
  createRealm(tx: Queryable, realm: { organizationId: string; realmId: string }): Promise<boolean>;
  /** Those already registered stay as they are. Answers how many are new. */
  insertBlocks(
    tx: Queryable,
    realmId: string,
    blocks: readonly { readonly blockId: string; readonly sizeBytes: number }[],
  ): Promise<number>;
  putVlob(
    tx: Queryable,
    vlob: { realmId: string; vlobId: string; version: number; blob: Buffer },
  ): Promise<unknown>;
  putKeyBundle(
    tx: Queryable,
    bundle: {
      realmId: string;
      keyIndex: number;
      bundle: Buffer;
      accesses: readonly { readonly userId: string; readonly access: Buffer }[];
    },
  ): Promise<unknown>;
}

/**
 * Where realms and their data are: everything that a purge reads and removes of them, and nothing that it remembers of itself. A
 * purge's own tables lie in the same database, so that each change here and what is recorded of it commit together. All ids are
 * canonical UUIDs; key order is that of the ids' bytes.
 */
export interface RealmStore extends RealmWriters {
  /** Shared by an organization's writers, until their transaction ends. */
  lockForWriting(tx: Queryable, organizationId: string): Promise<void>;
  /**
   * Alone: waits for the organization's writers under way, and lets none begin before the transaction ends. All of them queue
   * behind it, so it rejects rather than wait long for one that is stuck.
   */
  lockForFencing(tx: Queryable, organizationId: string): Promise<void>;
  find(db: Queryable, realmId: string): Promise<Realm | undefined>;
  /** Counts; unknown realms are left out. By organization, then realm. */
  describe(db: Queryable, realmIds: readonly string[]): Promise<RealmDescription[]>;

  /**
   * Lets nobody write to an active realm any more; one that never was gets its place taken. Changes nothing of another
   * organization's. Answers whose it is.
   */
  fence(tx: Queryable, realmId: string, organizationId: string): Promise<{ organizationId: string }>;
  /**
   * Removes at most `limit` rows of a fenced realm, of one kind. Nothing of it was left when it answers fewer, and no place to go on
   * from. A place is good for the next call once this transaction has committed; without one the next call begins anew.
   */
  shred(
    tx: Queryable,
    kind: MetadataKind,
    realmId: string,
    limit: number,
    from?: ShredPlace,
  ): Promise<Shredded>;

  /** Counts at most `limit` blocks behind the cursor. */
  countBlocks(
    db: Queryable,
    realmId: string,
    after: string | null,
    limit: number,
  ): Promise<{ blocks: number; bytes: number; last: string | null }>;
  /** How many blocks there are. */
  totalBlocks(db: Queryable, realmId: string): Promise<number>;
  /** The next rows behind the cursor, cut into at most `pages` pages. */
  nextPages(
    db: Queryable,
    realm: Pick<Realm, 'realmId' | 'organizationId'>,
    after: string | null,
    pages: number,
    pageBlocks: number,
  ): Promise<PageRows[]>;
  /** The rows of a range as they are now, the first `limit` of them; undefined when there is none. */
  pageIn(
    db: Queryable,
    realm: Pick<Realm, 'realmId' | 'organizationId'>,
    range: PageRange,
    limit: number,
  ): Promise<PageRows | undefined>;
  /** Removes the rows of a range if they are exactly as many with exactly this SHA-256 of their ids, else none. Answers how many went. */
  removeExactly(
    tx: Queryable,
    realmId: string,
    range: PageRange,
    exactly: { readonly rows: number; readonly digest: Buffer },
  ): Promise<number>;
  /** Which of these ids the realm has no row of. */
  unregistered(db: Queryable, realmId: string, blockIds: readonly string[]): Promise<string[]>;
  /** Which of these ids another realm of the organization still refers to that is not active: their objects may go at any moment. */
  beingDeleted(
    db: Queryable,
    realm: Pick<Realm, 'realmId' | 'organizationId'>,
    blockIds: readonly string[],
  ): Promise<string[]>;
  /** The organization's next blocks behind the cursor, of realms in whatever state, in key order and each once; fewer: there are no more. */
  knownBlocks(
    db: Queryable,
    organizationId: string,
    after: string | null,
    limit: number,
  ): Promise<KnownBlock[]>;
  /** Which of these ids no row of the organization names, of whatever realm; in key order. */
  unnamed(db: Queryable, organizationId: string, blockIds: readonly string[]): Promise<string[]>;
  /** Whether there is or was a realm of it. */
  knowsOrganization(db: Queryable, organizationId: string): Promise<boolean>;

  /**
   * Is anything of it left? Looks at every table, not at what a purge believes. Rows that went not long ago are still passed by:
   * so it takes long the first time, and not the second, and can be told to look at one part.
   */
  remainder(db: Queryable, realmId: string, part?: KeyPart): Promise<{ blocks: boolean; metadata: boolean }>;
  /** Leaves the tombstone of a fenced realm. False when there was none to leave it of. */
  bury(tx: Queryable, realmId: string): Promise<boolean>;
}
