/**
 * A compact JWS in its one spelling: three parts of base64url that say nothing in their spare bits, with at most one line feed
 * behind. The chain hashes the text, and two texts of the same bytes would be two certificates. Undefined: it is none.
 */
export function canonicalJws(text: string): string | undefined {
  const jws = text.replace(/\r?\n$/, '');
  const parts = jws.split('.');
  return parts.length === 3 && parts.every(isCanonical) ? jws : undefined;
}

/** What decodes and encodes to itself: no foreign letters, no padding, no spare bits. */
export function isCanonical(base64url: string): boolean {
  return base64url !== '' && Buffer.from(base64url, 'base64url').toString('base64url') === base64url;
}
