import type { ObjectStore } from '@lethe/object-store';
import { readKeys, uploadsOf, versionsOf, type Reading } from './read-back.js';
import type { KeysSwept } from './sweep-keys.js';
import { createTally } from './sweep-pass.js';

/** Reads back keys that were gone once, and deletes nothing: what is under them came back, and is left. */
export async function lookAtKeys(
  store: ObjectStore,
  prefix: string,
  keys: readonly string[],
): Promise<KeysSwept> {
  const tally = createTally();
  const back = new Set<string>();
  const see = ({ items }: Reading<{ readonly key: string }>) => {
    for (const { key } of items) {
      back.add(key);
      tally.see(key, key);
    }
    return Promise.resolve();
  };
  await readKeys(uploadsOf(store), prefix, keys, see);
  await readKeys(versionsOf(store, 0), prefix, keys, (reading) => {
    tally.readClean(reading.method);
    return see(reading);
  });
  if (back.size === 0) return { ...tally.sums(keys.length), left: undefined };
  const reason = `${back.size} CameBack`;
  return { ...tally.sums(keys.length), left: { keys: back, reason, kind: 'retry', until: undefined } };
}
