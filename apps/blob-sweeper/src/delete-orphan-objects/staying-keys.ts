import type { ListedUpload, ListedVersion, ObjectStore } from '@lethe/object-store';
import { readKeys, versionsOf, type Reading } from '../sweep/read-back.js';

/**
 * Which of the keys are not to be deleted for what is under them now: a version, a marker or an unfinished upload of which it is not
 * certain that it is old; or a version where the list showed an upload alone. Keys are ascending and of one length. Rejects when the
 * store does not answer.
 */
export async function stayingKeys(
  store: ObjectStore,
  prefix: string,
  keys: readonly string[],
  { oldBefore, uploadsOnly }: { readonly oldBefore: Date; readonly uploadsOnly: ReadonlySet<string> },
): Promise<ReadonlySet<string>> {
  const staying = new Set<string>();
  const isOld = (time: Date) => time <= oldBefore; // no time is not old
  // Uploads before versions, as they are swept: one that is completed in between shows as a version.
  const uploads = {
    ranges: store.listsRanges,
    itemsPerKey: 0,
    async list(from: string, after: string, most?: number) {
      const page = await store.listUploads(from, after, most);
      // A key's own listing that shows not all of it: the rest may be young.
      if (page.last !== undefined && keys.includes(from)) staying.add(from);
      return page;
    },
  };
  await readKeys(uploads, prefix, keys, ({ items }: Reading<ListedUpload>) => {
    for (const { key, initiated } of items) if (!isOld(initiated)) staying.add(key);
    return Promise.resolve();
  });
  await readKeys(versionsOf(store, 1), prefix, keys, ({ items }: Reading<ListedVersion>) => {
    for (const { key, modified } of items) if (!isOld(modified) || uploadsOnly.has(key)) staying.add(key);
    return Promise.resolve();
  });
  return staying;
}
