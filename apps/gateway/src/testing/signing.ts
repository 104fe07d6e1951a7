import { KeyObject, sign } from 'node:crypto';
import { AUDIENCE, ISSUER, ORGANIZATION, type Issuer, type Key } from './issuer.js';

export const GOOD_CLAIMS = { userId: 'user-1', orgId: ORGANIZATION };
export const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;

/** The claims of a token that is believed. */
export const goodPayload = () => ({
  ...GOOD_CLAIMS,
  iss: ISSUER,
  aud: AUDIENCE,
  iat: inAnHour() - 3600,
  exp: inAnHour(),
});

export type Part = object | string;
export const encoded = (part: Part): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

/** Header and payload to the letter, with a signature over them that holds: no library refuses to write what it would not read. */
export function signed({ algorithm, privateKey }: Key, header: Part, payload: Part): string {
  const text = `${encoded(header)}.${encoded(payload)}`;
  const key = KeyObject.from(privateKey);
  const options = { key, dsaEncoding: 'ieee-p1363' as const };
  return `${text}.${sign(algorithm === 'EdDSA' ? null : 'sha256', Buffer.from(text), options).toString('base64url')}`;
}

/** The issuer's keys by algorithm, as startIssuer makes them. */
export function keysOf({ keys }: Issuer) {
  const [ed, rsa, ec] = keys as [Key, Key, Key];
  return { ed, rsa, ec };
}
