import { calculateJwkThumbprint, type JSONWebKeySet, type JWK } from 'jose';
import { z } from 'zod';
import { isCanonical } from './compact.js';

const keySet = z.looseObject({
  keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().optional() })),
});

/** Private parts of JSON Web Keys of any kind (RFC 7518, 6.2.2, 6.3.2, 6.4.1; RFC 8037). */
const PRIVATE = ['d', 'k', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];

/**
 * Public keys from the text of a JSON Web Key Set, each once: sets are joined by hand, and both may have it.
 *
 * @throws Error with a sentence that goes on behind the name of the place: "contains a private key".
 */
export function parsePublicKeySet(text: string): JSONWebKeySet {
  const parsed = keySet.safeParse(jsonOf(text));
  if (!parsed.success) throw new Error('is no JSON Web Key Set: {"keys": [...]}');
  const keys = parsed.data.keys as JWK[];
  if (keys.some((key) => PRIVATE.some((part) => part in key)))
    throw new Error('contains a private key: keep it away from here, and give the public keys');
  const ambiguous = keys.find((key) => key.kid !== undefined && keys.some((other) => isRival(key, other)));
  if (ambiguous?.kid !== undefined)
    throw new Error(`contains two different keys with the id ${ambiguous.kid}: take the false one out`);
  return { keys: oncePerId(keys) };
}

/** What makes a public key, of whatever kind; not what is said of its use. */
const PUBLIC = ['kty', 'crv', 'x', 'y', 'n', 'e'] as const;
const isRival = (a: JWK, b: JWK): boolean => a.kid === b.kid && PUBLIC.some((part) => a[part] !== b[part]);

/** The first of each id, and all without one. */
const oncePerId = <Key extends JWK>(keys: readonly Key[]): Key[] =>
  keys.filter(({ kid }, i) => kid === undefined || keys.findIndex((key) => key.kid === kid) === i);

/**
 * Of a set those Ed25519 keys whose id is the thumbprint of the key itself (RFC 7638), in its one spelling. What was altered is not
 * among them, and so verifies nothing. Each once: a key that is there twice would verify nothing either.
 */
export async function soundKeys({ keys }: JSONWebKeySet): Promise<JSONWebKeySet> {
  const sound = await Promise.all(keys.map(isSound));
  return { keys: oncePerId(keys.filter((_, i) => sound[i])) };
}

export async function isSound({ kty, crv, x, kid }: JWK): Promise<boolean> {
  if (kty !== 'OKP' || crv !== 'Ed25519' || typeof x !== 'string' || !isCanonical(x)) return false;
  if (Buffer.from(x, 'base64url').length !== 32) return false;
  return kid === (await calculateJwkThumbprint({ kty, crv, x }));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
