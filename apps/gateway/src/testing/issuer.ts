import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';

export const ISSUER = 'https://issuer.test';
export const AUDIENCE = 'lethe';
export const ORGANIZATION = 'organization-1';

export type Algorithm = 'EdDSA' | 'RS256' | 'ES256';

export interface Key {
  readonly kid: string;
  readonly algorithm: Algorithm;
  readonly privateKey: CryptoKey;
  readonly publicJwk: Record<string, unknown>;
}

/** A real key server over HTTP, whose keys and health a test changes. */
export interface Issuer {
  readonly url: string;
  readonly keys: Key[];
  /** How often the keys were fetched. */
  readonly fetches: () => number;
  /** Answers everything with 500 while true. */
  away: boolean;
  token(options?: TokenOptions): Promise<string>;
  stop(): Promise<void>;
}

export interface TokenOptions {
  readonly key?: Key;
  readonly claims?: JWTPayload;
  readonly header?: Record<string, unknown>;
  readonly issuer?: string;
  readonly audience?: string;
  /** Seconds from now; null leaves `exp` out. */
  readonly expiresIn?: number | null;
}

export async function createKey(kid: string, algorithm: Algorithm): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' };
  return { kid, algorithm, privateKey, publicJwk };
}

export async function startIssuer(): Promise<Issuer> {
  const keys = [await createKey('key-1', 'EdDSA'), await createKey('key-2', 'RS256')];
  const first = await createKey('key-3', 'ES256');
  keys.push(first);
  let fetches = 0;
  const server = createServer((_request, response) => {
    fetches += 1;
    if (issuer.away) response.writeHead(500).end();
    else response.end(JSON.stringify({ keys: issuer.keys.map(({ publicJwk }) => publicJwk) }));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const issuer: Issuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
    keys,
    fetches: () => fetches,
    away: false,
    token: (options = {}) => sign({ key: issuer.keys[0] ?? first, ...options }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
  return issuer;
}

async function sign(options: TokenOptions & { readonly key: Key }): Promise<string> {
  const { key, claims = { userId: 'user-1', orgId: ORGANIZATION }, header } = options;
  const { issuer = ISSUER, audience = AUDIENCE, expiresIn = 3600 } = options;
  const now = Math.floor(Date.now() / 1000);
  const token = new SignJWT(claims)
    .setProtectedHeader({ alg: key.algorithm, kid: key.kid, ...header })
    .setIssuedAt(now)
    .setIssuer(issuer)
    .setAudience(audience);
  if (expiresIn !== null) token.setExpirationTime(now + expiresIn);
  return token.sign(key.privateKey);
}
