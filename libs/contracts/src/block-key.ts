const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ID_BYTES = 16;

/** Whether the text is a UUID in its one canonical spelling: lower case, hyphenated. */
export function isCanonicalUuid(text: string): boolean {
  return UUID.test(text);
}

const ORGANIZATION_ID = /^[^/\p{Cc}\p{Zl}\p{Zp}]{1,32}$/u;

/**
 * Whether the text can be the id of an organization: what may stand before the slash of a block's key. Control characters and line ends
 * are what the databases refuse, too.
 */
export function isOrganizationId(text: string): boolean {
  return ORGANIZATION_ID.test(text);
}

/**
 * The object's key of a block: `<organization>/<block uuid>`, lower case and hyphenated (the slug of Parsec's block stores).
 *
 * @throws RangeError when the organization id could reach outside its own prefix, or the id is no canonical UUID.
 */
export function blockKey(organizationId: string, blockId: string): string {
  if (organizationId === '' || organizationId.includes('/'))
    throw new RangeError('an organization id must be non-empty and without "/"');
  if (!isCanonicalUuid(blockId)) throw new RangeError('a block id must be a canonical UUID');
  return `${organizationId}/${blockId}`;
}

/**
 * Ids as 16 bytes each, in the order given.
 *
 * @throws RangeError on what is no canonical UUID: a decoder of hexadecimal would end there without a word.
 */
export function packBlockIds(blockIds: readonly string[]): Buffer {
  if (!blockIds.every(isCanonicalUuid)) throw new RangeError('a block id must be a canonical UUID');
  return Buffer.from(blockIds.map((id) => id.replaceAll('-', '')).join(''), 'hex');
}

/**
 * The inverse of {@link packBlockIds}.
 *
 * @throws RangeError when the length is no multiple of 16, or the ids are not strictly ascending.
 */
export function unpackBlockIds(packed: Uint8Array): string[] {
  if (packed.length % ID_BYTES !== 0) throw new RangeError('packed block ids must be 16 bytes each');
  const hex = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength).toString('hex');
  const ids: string[] = [];
  let previous = '';
  for (let at = 0; at < hex.length; at += 2 * ID_BYTES) {
    const id = hex.slice(at, at + 2 * ID_BYTES);
    if (id <= previous) throw new RangeError('packed block ids must be strictly ascending');
    previous = id;
    ids.push(`${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`);
  }
  return ids;
}
