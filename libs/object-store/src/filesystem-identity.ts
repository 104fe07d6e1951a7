import { lstat } from 'node:fs/promises';
import { ifMissing, namesIn, withDirectory, within } from './filesystem-directory.js';
import { FilesystemStoreError } from './filesystem-error.js';
import { textOf } from './filesystem-listing.js';
import { STORE_MARKERS } from './object-store.js';

const MARKERS = STORE_MARKERS.slice(0, -1);

/** The names of the markers. Rejects where upper and lower case name one file: then two organizations may have one directory. */
export function readMarkers(directory: string): Promise<string[]> {
  return withDirectory(directory, (root) =>
    within(root, MARKERS, async (markers) => {
      if (markers === undefined) return [];
      const other = await lstat(root.at(MARKERS.toUpperCase()), { bigint: true }).catch(ifMissing);
      if (other !== undefined && `${other.dev}:${other.ino}` === markers.identity)
        throw new FilesystemStoreError('CaseInsensitive', `${directory} does not tell upper from lower case`);
      const names: string[] = [];
      for await (const name of namesIn(markers)) names.push(textOf(name));
      return names.sort();
    }),
  );
}
