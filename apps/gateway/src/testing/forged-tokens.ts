import { SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { AUDIENCE, createKey, ISSUER, ORGANIZATION, type Issuer, type Key } from './issuer.js';

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const GOOD_CLAIMS = { userId: 'user-1', orgId: ORGANIZATION };
const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;

/** Tokens that prove nothing, by what is wrong with them. Each is otherwise as good as can be. */
export async function forgedTokens(issuer: Issuer): Promise<Record<string, string>> {
  const [edKey, rsaKey] = issuer.keys as [Key, Key];
  const good = await issuer.token();
  const [header, payload, signature] = good.split('.') as [string, string, string];
  const full = { ...GOOD_CLAIMS, iss: ISSUER, aud: AUDIENCE, exp: inAnHour() };
  const stranger = await createKey(edKey.kid, 'EdDSA');
  const unknown = await createKey('key-unknown', 'EdDSA');
  const signedText = (head: object, claims: object) => `${encoded(head)}.${encoded(claims)}.${signature}`;
  return {
    ...(await byClaims(issuer)),
    'signed by another key under a known kid': await issuer.token({ key: stranger }),
    'signed by a key nobody published': await issuer.token({ key: unknown }),
    'kid of another key': await issuer.token({ header: { kid: rsaKey.kid } }),
    'no kid, unpublished key': await issuer.token({ key: stranger, header: { kid: undefined } }),
    'alg none': new UnsecuredJWT(GOOD_CLAIMS)
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setExpirationTime('1h')
      .encode(),
    'alg None': `${encoded({ alg: 'None', kid: edKey.kid })}.${payload}.`,
    'alg missing': `${encoded({ kid: edKey.kid })}.${payload}.${signature}`,
    'HS256 with the public key as its secret': await hmac(JSON.stringify(rsaKey.publicJwk), rsaKey.kid),
    'HS256 with the modulus as its secret': await hmac(String(rsaKey.publicJwk['n']), rsaKey.kid),
    'HS256 with an empty kid': await hmac('secret', ''),
    'header jwk of the forger': await issuer.token({ key: stranger, header: { jwk: stranger.publicJwk } }),
    'header jku of the forger': await issuer.token({ key: stranger, header: { jku: issuer.url } }),
    'unknown critical header': signedText({ alg: 'EdDSA', kid: edKey.kid, crit: ['x'], x: 1 }, full),
    'claims changed after signing': `${header}.${encoded({ ...full, userId: 'user-2' })}.${signature}`,
    'signature cut': `${header}.${payload}.${signature.slice(0, -4)}`,
    'signature missing': `${header}.${payload}.`,
    'signature left out': `${header}.${payload}`,
    'payload that is no JSON': `${header}.${Buffer.from('x').toString('base64url')}.${signature}`,
    'header that is no JSON': `x.${payload}.${signature}`,
    'five parts': `${header}.${payload}.${signature}.a.b`,
    garbage: 'garbage',
    dots: '...',
    'long garbage': 'x'.repeat(8_000),
    JSON: JSON.stringify(full).replaceAll(' ', ''),
  };
}

async function byClaims(issuer: Issuer): Promise<Record<string, string>> {
  const claims = (changed: JWTPayload) => issuer.token({ claims: { ...GOOD_CLAIMS, ...changed } });
  return {
    expired: await issuer.token({ expiresIn: -60 }),
    'never expires': await issuer.token({ expiresIn: null }),
    'not yet valid': await claims({ nbf: inAnHour() }),
    'another issuer': await issuer.token({ issuer: 'https://issuer.test.evil' }),
    'another audience': await issuer.token({ audience: 'somebody-else' }),
    'no userId': await issuer.token({ claims: { orgId: ORGANIZATION, sub: 'user-1' } }),
    'empty userId': await claims({ userId: '' }),
    'userId a number': await claims({ userId: 1 }),
    'userId a list': await claims({ userId: ['user-1'] }),
    'userId null': await claims({ userId: null }),
    'userId too long': await claims({ userId: 'x'.repeat(129) }),
    'orgId a number': await claims({ orgId: 1 }),
    'orgId empty': await claims({ orgId: '' }),
    'orgId an object': await claims({ orgId: {} }),
  };
}

function hmac(secret: string, kid: string): Promise<string> {
  return new SignJWT(GOOD_CLAIMS)
    .setProtectedHeader({ alg: 'HS256', kid })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setExpirationTime('1h')
    .sign(Buffer.from(secret));
}
