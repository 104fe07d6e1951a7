import { STORE_MARKERS } from './object-store.js';

/** Where a key's file is: two names below the store's directory, never more. */
export interface FilePlace {
  readonly organization: string;
  readonly name: string;
}

/** Of what file systems take for a name. */
const NAME_BYTES = 255;
const BLOCK = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** The markers' own directory is no organization's. */
const MARKERS = STORE_MARKERS.slice(0, -1);

/**
 * Whether the text names one entry of a directory, and is what would be read back as that entry's name: text that is no Unicode is
 * written as something else.
 */
export function isName(text: string): boolean {
  const bytes = Buffer.from(text);
  const isPlain = text !== '' && text !== '.' && text !== '..' && !/[/\0]/.test(text);
  return isPlain && bytes.length <= NAME_BYTES && bytes.toString() === text;
}

/** @throws RangeError for a key that is no `<organization>/<name>` of two names: it could reach elsewhere, and no block has it. */
export function placeOf(key: string): FilePlace {
  const at = key.indexOf('/');
  const place = { organization: key.slice(0, Math.max(at, 0)), name: key.slice(at + 1) };
  if (!isName(place.organization) || !isName(place.name))
    throw new RangeError(`${JSON.stringify(key)} is no key of a file: it takes an organization and a name`);
  return place;
}

/** As {@link placeOf}, and @throws RangeError for a marker: without it the store is not recognized any more. */
export function deletablePlaceOf(key: string): FilePlace {
  const place = placeOf(key);
  if (place.organization === MARKERS) throw new RangeError("a store's marker is not for a sweep to delete");
  return place;
}

/** What a prefix asks for: one block's own file, or all of an organization's names that begin so. */
export type Sought =
  | { readonly kind: 'block'; readonly place: FilePlace }
  | { readonly kind: 'names'; readonly organization: string; readonly begin: string };

/** @throws RangeError unless the prefix holds a whole organization, and at most the beginning of one name in it. */
export function soughtBy(prefix: string): Sought {
  const at = prefix.indexOf('/');
  const [organization, begin] = [prefix.slice(0, Math.max(at, 0)), prefix.slice(at + 1)];
  if (!isName(organization) || /[/\0]/.test(begin))
    throw new RangeError(`${JSON.stringify(prefix)} is no prefix of files: it takes a whole organization`);
  if (BLOCK.test(begin)) return { kind: 'block', place: { organization, name: begin } };
  return { kind: 'names', organization, begin };
}
