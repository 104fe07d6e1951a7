import { calculateJwkThumbprint, type JSONWebKeySet, type JWK } from 'jose';
import { z } from 'zod';
import { isCanonical } from './compact.js';

const keySet = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** Private parts of JSON Web Keys of any kind (RFC 7518, 6.2.2, 6.3.2, 6.4.1; RFC 8037). */
const PRIVATE = ['d', 'k', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];

/**
 * Public keys from the text of a JSON Web Key Set.
 *
 * @throws Error with a sentence that goes on behind the name of the place: "contains a private key".
 */
export function parsePublicKeySet(text: string): JSONWebKeySet {
  const parsed = keySet.safeParse(jsonOf(text));
  if (!parsed.success) throw new Error('is no JSON Web Key Set: {"keys": [...]}');
  const { keys } = parsed.data;
  if (keys.some((key) => PRIVATE.some((part) => part in key)))
    throw new Error('contains a private key: keep it away from here, and give the public keys');
  return { keys };
}

/**
 * Of a set those Ed25519 keys whose id is the thumbprint of the key itself (RFC 7638), in its one spelling. What was altered is not
 * among them, and so verifies nothing.
 */
export async function soundKeys({ keys }: JSONWebKeySet): Promise<JSONWebKeySet> {
  const sound = await Promise.all(keys.map(isSound));
  return { keys: keys.filter((_, i) => sound[i]) };
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
