import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { CompactEncrypt, exportJWK, importJWK, SignJWT, type CryptoKey } from 'jose';
import { AUDIENCE, createKey, ISSUER, type Issuer, type Key } from './issuer.js';
import { encoded, GOOD_CLAIMS, goodPayload, keysOf, signed } from './signing.js';

/** Signed by the wrong key, or by the right one in the wrong way. */
export async function forgedKeys(issuer: Issuer): Promise<Record<string, string>> {
  const { ed, rsa, ec } = keysOf(issuer);
  const [stranger, strangersRsa, strangersEc, unknown] = await Promise.all([
    createKey(ed.kid, 'EdDSA'),
    createKey(rsa.kid, 'RS256'),
    createKey(ec.kid, 'ES256'),
    createKey('key-unknown', 'EdDSA'),
  ]);
  const header = { alg: 'EdDSA', kid: ed.kid };
  const byStranger = (more: object) => signed(stranger, { ...header, ...more }, goodPayload());
  const withoutKid = (more: object) => byStranger({ kid: undefined, ...more });
  const withKid = (kid: unknown) => signed(ed, { ...header, kid }, goodPayload());
  const certificate = Buffer.from('a certificate').toString('base64');
  return {
    'EdDSA by another key': signed(stranger, header, goodPayload()),
    'RS256 by another key': signed(strangersRsa, { alg: 'RS256', kid: rsa.kid }, goodPayload()),
    'ES256 by another key': signed(strangersEc, { alg: 'ES256', kid: ec.kid }, goodPayload()),
    'by a key nobody published': signed(unknown, { ...header, kid: unknown.kid }, goodPayload()),
    'without a kid, by a key nobody published': withoutKid({}),
    'the forger’s jwk': byStranger({ jwk: stranger.publicJwk }),
    'the forger’s jwk and no kid': withoutKid({ jwk: stranger.publicJwk }),
    'the forger’s jku': byStranger({ jku: 'https://forger.test/keys' }),
    'the issuer’s jku': byStranger({ jku: issuer.url }),
    'the forger’s x5u': withoutKid({ x5u: 'https://forger.test/certificate' }),
    'the forger’s x5c': withoutKid({ x5c: [certificate] }),
    'the forger’s x5t': withoutKid({ x5t: encoded('thumbprint'), 'x5t#S256': encoded('thumbprint') }),
    'kid a path': withKid('../../../../../../dev/null'),
    'kid a statement': withKid(`${ed.kid}' union select 'x`),
    'kid a command': withKid(`${ed.kid}|sleep 9`),
    'kid an address': withKid(issuer.url),
    'kid empty': withKid(''),
    'kid in capitals': withKid(ed.kid.toUpperCase()),
    'kid with a space': withKid(`${ed.kid} `),
    'kid with a NUL': withKid(`${ed.kid}\0`),
    'kid null': withKid(null),
    'kid a number': withKid(1),
    'kid a list': withKid([ed.kid]),
    'kid an object': withKid({ kid: ed.kid }),
    'kid of __proto__': withKid('__proto__'),
    'kid of another key': withKid(rsa.kid),
    'kid very long': withKid('k'.repeat(6_000)),
    ...(await otherAlgorithms(issuer)),
    ...(await hmacs(ed, rsa, ec)),
    ...(await encrypted(rsa)),
  };
}

/** The issuer's own keys used as it does not use them. */
async function otherAlgorithms(issuer: Issuer): Promise<Record<string, string>> {
  const { ed, rsa, ec } = keysOf(issuer);
  const by = async ({ kid, privateKey }: Key, alg: string) => {
    const key = (await importJWK(await exportJWK(privateKey), alg)) as CryptoKey;
    return new SignJWT(goodPayload()).setProtectedHeader({ alg, kid }).sign(key);
  };
  return {
    'PS256 by the RSA key': await by(rsa, 'PS256'),
    'PS512 by the RSA key': await by(rsa, 'PS512'),
    'RS384 by the RSA key': await by(rsa, 'RS384'),
    'RS512 by the RSA key': await by(rsa, 'RS512'),
    'Ed25519 for EdDSA': await by(ed, 'Ed25519'),
    'EdDSA said of an ES256 signature': signed(ec, { alg: 'EdDSA', kid: ec.kid }, goodPayload()),
    'ES256 said of an EdDSA signature': signed(ed, { alg: 'ES256', kid: ed.kid }, goodPayload()),
    'RS256 said of an ES256 signature': signed(ec, { alg: 'RS256', kid: ec.kid }, goodPayload()),
    'ES256K said of an ES256 signature': signed(ec, { alg: 'ES256K', kid: ec.kid }, goodPayload()),
    'ES384 said of an ES256 signature': signed(ec, { alg: 'ES384', kid: ec.kid }, goodPayload()),
  };
}

/** What a library would believe that takes a published key for a shared secret. */
async function hmacs(...keys: readonly Key[]): Promise<Record<string, string>> {
  const forged: Record<string, string> = {};
  for (const { algorithm, kid, publicJwk } of keys) {
    const key = createPublicKey({ key: publicJwk as JsonWebKey, format: 'jwk' });
    const pem = key.export({ type: 'spki', format: 'pem' }) as string;
    const secrets = {
      JWK: JSON.stringify(publicJwk),
      PEM: pem,
      'PEM without its last line end': pem.trim(),
      DER: key.export({ type: 'spki', format: 'der' }),
      number: Buffer.from(String(publicJwk['n'] ?? publicJwk['x']), 'base64url'),
    };
    for (const [alg, [form, secret]] of [
      ...Object.entries(secrets).map((entry) => ['HS256', entry] as const),
      ['HS384', ['PEM', pem]] as const,
      ['HS512', ['JWK', secrets.JWK]] as const,
    ]) {
      forged[`${alg} with the ${form} of the ${algorithm} key`] = await new SignJWT(GOOD_CLAIMS)
        .setProtectedHeader({ alg, kid })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setExpirationTime('1h')
        .sign(Buffer.from(secret));
    }
  }
  return forged;
}

/** A JWE: whoever knows the public key can write one. */
async function encrypted({ kid, publicJwk }: Key): Promise<Record<string, string>> {
  const payload = Buffer.from(JSON.stringify(goodPayload()));
  const { alg: _alg, use: _use, ...jwk } = publicJwk;
  const rsa = await importJWK(jwk, 'RSA-OAEP-256');
  const to = (alg: string, key: CryptoKey | Uint8Array) =>
    new CompactEncrypt(payload).setProtectedHeader({ alg, enc: 'A256GCM', kid }).encrypt(key);
  return {
    'encrypted to the issuer': await to('RSA-OAEP-256', rsa),
    'encrypted with a made-up key': await to('dir', Buffer.alloc(32, 7)),
  };
}
