import { createLogger } from '@lethe/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AUDIENCE, createKey, ISSUER, startIssuer, type Issuer } from '../testing/issuer.js';
import { createSigningKeys, type SigningKeys } from './signing-keys.js';
import { createTokenVerifier, InvalidTokenError, KeysUnavailableError } from './token-verifier.js';

let issuer: Issuer;
let keys: SigningKeys;
beforeEach(async () => {
  issuer = await startIssuer();
});
afterEach(async () => {
  await keys.stop();
  await issuer.stop();
});

const logger = createLogger('gateway', 'silent');
const rules = { issuer: ISSUER, audience: AUDIENCE };

async function verifier(options: { cooldownMs?: number; refreshMs?: number } = {}) {
  keys = createSigningKeys({ url: issuer.url, logger, cooldownMs: 0, ...options });
  await keys.start();
  return createTokenVerifier(keys.keyOf, rules);
}

describe('the issuer away', () => {
  it('known keys go on, unknown ones fail closed as unavailable', async () => {
    const verify = await verifier();
    issuer.away = true;
    await expect(verify(await issuer.token())).resolves.toMatchObject({ userId: 'user-1' });
    const unknown = await issuer.token({ key: await createKey('key-new', 'EdDSA') });
    await expect(verify(unknown)).rejects.toBeInstanceOf(KeysUnavailableError);
    await expect(verify('garbage')).rejects.toBeInstanceOf(InvalidTokenError);
    await expect(keys.ready()).resolves.toBeUndefined();
  });

  it('from the start: starts all the same, is not ready, and recovers', async () => {
    issuer.away = true;
    const verify = await verifier();
    await expect(keys.ready()).rejects.toThrow();
    await expect(verify(await issuer.token())).rejects.toBeInstanceOf(KeysUnavailableError);
    issuer.away = false;
    await expect(keys.ready()).resolves.toBeUndefined();
    await expect(verify(await issuer.token())).resolves.toMatchObject({ userId: 'user-1' });
  });

  it('forged key ids do not become a flood of requests', async () => {
    const verify = await verifier({ cooldownMs: 60_000 });
    const unknown = await issuer.token({ key: await createKey('key-new', 'EdDSA') });
    for (let n = 0; n < 20; n += 1) await expect(verify(unknown)).rejects.toBeInstanceOf(InvalidTokenError);
    expect(issuer.fetches()).toBe(1);
  });

  it('nor while it fails', async () => {
    issuer.away = true;
    const verify = await verifier({ cooldownMs: 60_000 });
    const token = await issuer.token();
    for (let n = 0; n < 20; n += 1) await expect(verify(token)).rejects.toBeInstanceOf(KeysUnavailableError);
    expect(issuer.fetches()).toBe(1);
  });
});

describe('rotation', () => {
  it('a new key is found when first seen', async () => {
    const verify = await verifier();
    const added = await createKey('key-new', 'ES256');
    issuer.keys.push(added);
    await expect(verify(await issuer.token({ key: added }))).resolves.toMatchObject({ userId: 'user-1' });
  });

  it('a retired key is forgotten by the next refresh', async () => {
    const verify = await verifier({ refreshMs: 20 });
    const token = await issuer.token();
    await verify(token);
    issuer.keys.shift();
    await expect.poll(() => verify(token).catch((error: unknown) => error)).toBeInstanceOf(InvalidTokenError);
  });
});

it('keeps the stop contract: before start, and twice', async () => {
  keys = createSigningKeys({ url: issuer.url, logger });
  await keys.stop();
  await keys.stop();
  expect(issuer.fetches()).toBe(0);
});
