import { createHash } from 'node:crypto';
import type { KeyFailure, ObjectStore } from '@lethe/object-store';
import { allOf, readBack } from './read-back.js';

/** What is left under the keys after a sweep of one store, by reading back. None left: everything is gone. */
export interface KeysLeft {
  readonly keys: ReadonlySet<string>;
  /** The store's code for the first that could not be deleted. */
  readonly reason: string;
}

/** So often the same may be left. */
const ROUNDS_WITHOUT_PROGRESS = 3;
/** Each is a listing's worth of versions of one key; somebody may be adding some. */
const ROUNDS = 1_000;
const REQUEST_KEYS = 1_000;
const ABORTS = 16;

/**
 * Deletes every version, delete marker and unfinished upload under up to 1000 keys, and reads back that nothing is left. What a
 * deletion answers is believed only as far as the reason for what is left: the listing decides. Rejects when the store does not
 * answer, and when `signal` aborts: no deletion is sent after that, also no further attempt of one that is under way. Then nothing is
 * known, and the page is swept again.
 */
export async function sweepKeys(
  store: ObjectStore,
  prefix: string,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<KeysLeft | undefined> {
  if (keys.length === 0) return undefined;
  // Without versions one request deletes all. Should the hint be wrong, that leaves markers, and the listing finds them.
  if (!(await store.mayHaveVersions())) {
    signal.throwIfAborted();
    await store.deleteKeys(keys, signal);
  }
  let previous: string | undefined;
  let same = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const { left, mark, reason } = await removeWhatIsLeft(store, prefix, keys, signal);
    if (left.size === 0) return undefined;
    same = mark === previous ? same + 1 : 0;
    if (same === ROUNDS_WITHOUT_PROGRESS - 1) return { keys: left, reason: reason ?? 'StillThere' };
    previous = mark;
  }
  throw new Error('versions come as fast as they are deleted');
}

/** One pass: what it found had been left by those before it. Whether it is gone now, the next pass sees. */
async function removeWhatIsLeft(
  store: ObjectStore,
  prefix: string,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<{ left: Set<string>; mark: string; reason: string | undefined }> {
  const left = new Set<string>();
  const fingerprint = new Fingerprint();
  let reason: string | undefined;
  const failed = (failures: readonly (KeyFailure | undefined)[]) => {
    reason ??= failures.find((failure) => failure !== undefined)?.code;
  };
  const note = (key: string, id: string) => {
    left.add(key);
    fingerprint.add(`${key} ${id}`);
  };
  await readBack(store, prefix, keys, {
    async versions(items) {
      for (const { key, versionId } of items) note(key, versionId);
      for (let at = 0; at < items.length; at += REQUEST_KEYS) {
        signal.throwIfAborted();
        failed(await store.deleteVersions(items.slice(at, at + REQUEST_KEYS), signal));
      }
    },
    async uploads(items) {
      for (const { key, uploadId } of items) note(key, uploadId);
      for (let at = 0; at < items.length; at += ABORTS) {
        signal.throwIfAborted();
        const some = items.slice(at, at + ABORTS);
        await allOf(some.map(async (upload) => failed([await store.abortUpload(upload, signal)])));
      }
    },
  });
  return { left, mark: fingerprint.text, reason };
}

/** Tells two sets apart without holding them: a key may have more versions than memory should. */
class Fingerprint {
  #count = 0;
  #sum = 0n;

  add(item: string): void {
    this.#count += 1;
    this.#sum ^= createHash('sha256').update(item).digest().readBigUInt64BE();
  }
  get text(): string {
    return `${this.#count}/${this.#sum}`;
  }
}
