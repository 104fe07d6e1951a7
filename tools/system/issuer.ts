import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';

export const ISSUER = 'https://issuer.lethe.invalid';
export const AUDIENCE = 'lethe';

/** The embedded stack's own token issuer: a key of its own at each start, published as a JSON Web Key Set on loopback. */
export interface Issuer {
  readonly jwksUrl: string;
  /** @param claims besides the user, as `orgId`. */
  tokenFor(userId: string, lifetime?: string, claims?: Readonly<Record<string, string>>): Promise<string>;
  stop(): Promise<void>;
}

export async function startIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'embedded', alg: 'EdDSA', use: 'sig' };
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    tokenFor: (userId, lifetime = '1h', claims = {}) =>
      new SignJWT({ ...claims, userId })
        .setProtectedHeader({ alg: 'EdDSA', kid: 'embedded' })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(lifetime)
        .sign(privateKey),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
