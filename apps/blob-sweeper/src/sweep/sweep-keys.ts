import type { KeyFailure, ObjectStore } from '@lethe/object-store';
import { readBack, type Remaining } from './remaining.js';

/** What is left under the keys after a sweep of one store, by reading back. None left: everything is gone. */
export interface KeysLeft {
  readonly keys: number;
  /** The store's code for the first that could not be deleted. */
  readonly reason: string;
}

const ROUNDS = 3;
const REQUEST_KEYS = 1_000;

/**
 * Deletes every version, delete marker and unfinished upload under up to 1000 keys, and reads back that nothing is left. What a
 * deletion answers is believed only as far as the reason for what is left: the listing decides. Rejects when the store does not
 * answer; then nothing is known, and the page is swept again.
 */
export async function sweepKeys(
  store: ObjectStore,
  prefix: string,
  keys: readonly string[],
): Promise<KeysLeft | undefined> {
  if (keys.length === 0) return undefined;
  let failures: KeyFailure[] = [];
  // Without versions one request deletes all. Should the hint be wrong, that leaves markers, and the listing finds them.
  if (!(await store.mayHaveVersions())) failures = await store.deleteKeys(keys);
  for (let round = 1; ; round++) {
    const remaining = await readBack(store, prefix, keys);
    const left = new Set([...remaining.versions, ...remaining.uploads].map(({ key }) => key));
    if (left.size === 0) return undefined;
    if (round > ROUNDS) return { keys: left.size, reason: failures[0]?.code ?? 'StillThere' };
    failures = await remove(store, remaining);
  }
}

async function remove(store: ObjectStore, { versions, uploads }: Remaining): Promise<KeyFailure[]> {
  const failures: KeyFailure[] = [];
  for (let at = 0; at < versions.length; at += REQUEST_KEYS)
    failures.push(...(await store.deleteVersions(versions.slice(at, at + REQUEST_KEYS))));
  for (const upload of uploads) await store.abortUpload(upload);
  return failures;
}
