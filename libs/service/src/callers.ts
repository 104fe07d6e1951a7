import { createHash, timingSafeEqual } from 'node:crypto';

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/** Who may call a server, by the SHA-256 of each caller's token: the server never holds a token that it could leak. */
export type Callers = ReadonlyMap<string, Buffer>;

/**
 * `name=sha256hex,name=sha256hex`, as in the variable GRPC_CALLERS.
 *
 * @throws Error with a sentence that says what to do.
 */
export function parseCallers(text: string): Callers {
  const callers = new Map<string, Buffer>();
  for (const entry of text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)) {
    const match = /^([a-z][a-z0-9-]*)=([0-9a-f]{64})$/.exec(entry);
    if (!match?.[1] || !match[2])
      throw new Error('write each caller as name=<SHA-256 of its token in hex>, separated by commas');
    if (callers.has(match[1])) throw new Error(`the caller ${match[1]} is named twice`);
    const digest = Buffer.from(match[2], 'hex');
    for (const [other, its] of callers)
      if (its.equals(digest))
        throw new Error(`the callers ${other} and ${match[1]} have the same token: give each its own`);
    callers.set(match[1], digest);
  }
  if (callers.size === 0) throw new Error('name at least one caller as name=<SHA-256 of its token in hex>');
  return callers;
}

/** The caller whose token this is. Compares in constant time. */
export function callerOf(callers: Callers, token: string): string | undefined {
  const digest = sha256(token);
  let found: string | undefined;
  for (const [name, expected] of callers) if (timingSafeEqual(digest, expected)) found = name;
  return found;
}
