import type { ObjectStore } from '@lethe/object-store';
import { whyLeft, type KeysLeft } from './keys-left.js';
import { readKeys, uploadsOf, versionsOf, type Method } from './read-back.js';
import { createPass, createTally, type Pass } from './sweep-pass.js';

/** What a sweep of one store came to: each of its keys was found or missing. */
export interface KeysSwept {
  /** Keys under which something was found. All of it is gone, but for `left`. */
  readonly found: number;
  /** Keys under which nothing was found. */
  readonly missing: number;
  /** Deleted versions and delete markers; where there are no versions, objects. */
  readonly versions: number;
  /** Aborted unfinished uploads. */
  readonly uploads: number;
  /** How nothing was seen under the keys, sorted. */
  readonly readBack: readonly Method[];
  /** Undefined: nothing is left. */
  readonly left: KeysLeft | undefined;
}

/** So often the same may be left. */
const ROUNDS_WITHOUT_PROGRESS = 3;
/** Each is a listing's worth of versions of one key; somebody may be adding some. */
const ROUNDS = 1_000;
/** Of an organization whose objects are all of this realm. A first listing tells how it is. */
const LIKELY_ITEMS_PER_KEY = 1;

/**
 * Deletes every version, delete marker and unfinished upload under up to 1000 keys, which are ascending: lists what is there, deletes
 * exactly that, and reads back until nothing is left. Where a bucket has no versions, keys that are not listed are deleted with the
 * others: a listing may lag behind. What a deletion answers is believed only as far as the reason for what is left: the reading decides,
 * but for a key that was not listed and whose deletion failed: it is left. What the store refused is not asked for again. Rejects when the store does not answer, and when `signal` aborts:
 * no deletion is sent after that, also no further attempt of one that is under way. Then nothing is known, and the page is swept again.
 * Once a store said that something stays, it does not reject for the store any more: all keys are left then.
 */
export async function sweepKeys(
  store: ObjectStore,
  prefix: string,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<KeysSwept> {
  const tally = createTally();
  const end = (left: KeysLeft | undefined): KeysSwept => ({ ...tally.sums(keys.length), left });
  let [toRead, withUploads, itemsPerKey] = [keys, keys, LIKELY_ITEMS_PER_KEY];
  let previous: string | undefined;
  let same = 0;
  const leftBy = async (pass: Pick<Pass, 'found' | 'failures'>): Promise<KeysLeft | undefined> => {
    const kept = tally.kept();
    const left = new Set([...pass.found, ...kept.keys()]);
    if (left.size === 0) return undefined;
    const failures = new Set([...tally.refused(), ...kept.values(), ...pass.failures]);
    return { ...(await whyLeft(store, left, failures, new Date(), signal)), unseen: tally.unseen(left) };
  };
  const sweepAll = async (): Promise<KeysSwept> => {
    for (let round = 0; round < ROUNDS; round++) {
      const pass = createPass(store, tally, round === 0, signal);
      // Uploads before versions: one that is completed in between shows as a version.
      await readKeys(uploadsOf(store), prefix, withUploads, pass.takeUploads);
      withUploads = keysOf(withUploads, pass.withUploads);
      const others = await readKeys(versionsOf(store, itemsPerKey), prefix, toRead, pass.takeVersions);
      await pass.finish();
      same = pass.mark() === previous ? same + 1 : 0;
      const settled = pass.found.size === 0 && !pass.blind();
      if (settled || !pass.asked() || same === ROUNDS_WITHOUT_PROGRESS - 1) return end(await leftBy(pass));
      previous = pass.mark();
      const next = pass.blind() ? keys : keysOf(keys, pass.found);
      itemsPerKey = (others * toRead.length) / next.length;
      toRead = next;
    }
    throw new Error('versions come as fast as they are deleted');
  };
  try {
    return await sweepAll();
  } catch (error) {
    // What the store said once must not get lost with what it did not say.
    const remaining = [...tally.kept().values()].filter(({ kind }) => kind === 'remains');
    if (signal.aborted || remaining.length === 0) throw error;
    const named = new Set(remaining.map(({ key }) => key));
    const left = await whyLeft(store, named, remaining, new Date(), signal);
    const reason = `${left.reason}, then ${(error as Error).name}`;
    return end({ ...left, keys: new Set(keys), unseen: tally.unseen(keys), reason });
  }
}

/** Most often it is none or all of them. */
const keysOf = (keys: readonly string[], some: ReadonlySet<string>) =>
  some.size === 0 ? [] : keys.filter((key) => some.has(key));
