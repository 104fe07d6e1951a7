import type { RealmStore } from '../realm-store.js';
import { beingDeleted, countNext, insertBlocks, totalBlocks, unregistered } from './blocks.sql.js';
import { knownBlocks, knowsOrganization, unnamed } from './known-blocks.sql.js';
import { findRemainder, shredRows, upsertKeyBundle, upsertVlobAtom } from './metadata.sql.js';
import { nextPages, pageIn, removeExactly } from './pages.sql.js';
import {
  bury,
  describeRealms,
  fence,
  findRealm,
  insertRealm,
  lockForFencing,
  lockForWriting,
} from './realms.sql.js';

/** Realms in Lethe's own tables. */
export const letheStore: RealmStore = {
  lockForWriting,
  lockForFencing,
  find: findRealm,
  describe: describeRealms,
  createRealm: insertRealm,
  insertBlocks,
  putVlob: upsertVlobAtom,
  putKeyBundle: upsertKeyBundle,
  fence,
  shred: shredRows,
  countBlocks: countNext,
  totalBlocks,
  nextPages,
  pageIn,
  removeExactly,
  unregistered,
  beingDeleted,
  knownBlocks,
  unnamed,
  knowsOrganization,
  remainder: findRemainder,
  bury,
};
