import { findEntry } from './filesystem-block.js';
import { namesIn, type OpenDirectory } from './filesystem-directory.js';
import { FilesystemStoreError } from './filesystem-error.js';
import { inTurns } from './in-turns.js';
import type { ListedVersion, ListingPage } from './object-store.js';

const LOOKS_AT_ONCE = 8;

export interface NamesSought {
  readonly organization: string;
  readonly begin: string;
  /** A key. */
  readonly after: string;
  readonly most: number;
}

/**
 * The first of an organization's entries behind a key, in the order of their names' bytes. Reads the whole directory for each page, and
 * holds twice a page of names: directories have no order.
 */
export async function listEntries(
  directory: OpenDirectory,
  { organization, begin, after, most }: NamesSought,
): Promise<ListingPage<ListedVersion>> {
  const names = await firstNames(directory, {
    begin: Buffer.from(begin),
    isBehind: isBehind(organization, after),
    most: most + 1,
  });
  const chosen = names.slice(0, most).map(textOf);
  const items: ListedVersion[] = [];
  await inTurns(chosen, LOOKS_AT_ONCE, async (name, i) => {
    const entry = await findEntry(directory, name, `${organization}/${name}`);
    if (entry !== undefined) items[i] = entry;
  });
  // What went meanwhile leaves a gap, also at the end: the next page begins behind the last name.
  const last = names.length > most ? `${organization}/${chosen.at(-1)}` : undefined;
  return { items: items.filter((item) => item !== undefined), last };
}

function isBehind(organization: string, after: string): (name: Buffer) => boolean {
  const [own, end] = [Buffer.from(`${organization}/`), Buffer.from(after)];
  return (name) => Buffer.compare(Buffer.concat([own, name]), end) > 0;
}

interface Wanted {
  readonly begin: Buffer;
  readonly isBehind: (name: Buffer) => boolean;
  readonly most: number;
}

async function firstNames(directory: OpenDirectory, { begin, isBehind, most }: Wanted): Promise<Buffer[]> {
  let first: Buffer[] = [];
  for await (const name of namesIn(directory)) {
    if (!name.subarray(0, begin.length).equals(begin) || !isBehind(name)) continue;
    first.push(name);
    if (first.length >= 2 * most) first = first.sort(Buffer.compare).slice(0, most);
  }
  return first.sort(Buffer.compare).slice(0, most);
}

/** Rejects for a name that is no text: no key names it, and a key that is nearly it may name another file. */
export function textOf(name: Buffer): string {
  const text = name.toString();
  if (!Buffer.from(text).equals(name))
    throw new FilesystemStoreError('NotUtf8', `a name is not in UTF-8: ${JSON.stringify(text)}`);
  return text;
}
