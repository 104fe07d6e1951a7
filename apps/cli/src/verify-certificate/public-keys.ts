import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';

const keySet = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) });

/**
 * The public keys to verify with, from the text of a JSON Web Key Set. A file that is no such set ends as wrong usage: "not
 * verified" is said only of a certificate.
 */
export function parsePublicKeys(text: string, path: string): JSONWebKeySet {
  const parsed = keySet.safeParse(jsonOf(text));
  if (!parsed.success)
    throw new Failure(
      EXIT.usage,
      `${path} is no JSON Web Key Set: give a file as "lethe certificate keys" prints it, {"keys": [...]}`,
    );
  const { keys } = parsed.data;
  if (keys.length === 0) throw new Failure(EXIT.usage, `${path} contains no key`);
  if (keys.some((key) => 'd' in key || 'k' in key))
    throw new Failure(
      EXIT.usage,
      `${path} contains a private key: keep it away from here, and give the public keys`,
    );
  return { keys };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
