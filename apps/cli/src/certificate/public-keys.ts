import { parsePublicKeySet } from '@lethe/certificate';
import type { JSONWebKeySet } from 'jose';
import type { Readable } from 'node:stream';
import { readDocument } from '../terminal/document.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';

/**
 * The public keys to verify with, from a file with a JSON Web Key Set. A file that is no such set ends as wrong usage: "not
 * verified" is said only of a certificate.
 */
export async function readPublicKeys(path: string, input: Readable): Promise<JSONWebKeySet> {
  const text = await readDocument(path, input, 'the keys');
  let set: JSONWebKeySet;
  try {
    set = parsePublicKeySet(text);
  } catch (error) {
    const hint = 'give a file as "lethe certificate keys" prints it';
    throw new Failure(EXIT.usage, `${path} ${(error as Error).message}; ${hint}`);
  }
  if (set.keys.length === 0) throw new Failure(EXIT.usage, `${path} contains no key`);
  return set;
}
