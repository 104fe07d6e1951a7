import { verifyCertificate } from '@lethe/certificate';
import { exportJWK, generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import { statementOf } from '../testing/statements.js';
import { createSigningKeys, type KeyTexts } from './signing-keys.js';

async function makeJwk() {
  const jwk = await exportJWK((await generateKeyPair('EdDSA', { extractable: true })).privateKey);
  return JSON.stringify(jwk);
}
const setOf = (...keys: object[]) => JSON.stringify({ keys });

describe('signing keys', () => {
  it('rotate without a restart, and what was signed before verifies still', async () => {
    let texts: KeyTexts = { certificateKey: await makeJwk(), retiredKeys: undefined };
    const keys = createSigningKeys(() => texts);
    const old = await keys.current();
    const before = await old.signStatement(statementOf());
    texts = { certificateKey: await makeJwk(), retiredKeys: setOf(old.publicJwk) };
    const after = await (await keys.current()).signStatement(statementOf());
    const published = await keys.published();
    expect(published.keys).toHaveLength(2);
    for (const jws of [before, after])
      expect(await verifyCertificate(jws, published)).toMatchObject({ kind: 'statement' });
    expect(JSON.stringify(published)).not.toContain('"d"');
  });

  it('sign nothing when the key of before would be forgotten, and go on publishing it', async () => {
    let texts: KeyTexts = { certificateKey: await makeJwk(), retiredKeys: undefined };
    const keys = createSigningKeys(() => texts);
    const { publicJwk } = await keys.current();
    texts = { certificateKey: await makeJwk(), retiredKeys: undefined };
    await expect(keys.current()).rejects.toThrow(/is not among CERTIFICATE_RETIRED_KEYS/);
    expect(await keys.published()).toEqual({ keys: [publicJwk] });
    texts = { certificateKey: 'half a file', retiredKeys: undefined };
    await expect(keys.current()).rejects.toThrow(/not JSON/);
    expect(await keys.published()).toEqual({ keys: [publicJwk] });
  });

  it('name a key once that is current and retired', async () => {
    const certificateKey = await makeJwk();
    const { publicJwk } = await createSigningKeys(() => ({
      certificateKey,
      retiredKeys: undefined,
    })).current();
    const keys = createSigningKeys(() => ({ certificateKey, retiredKeys: setOf(publicJwk) }));
    expect((await keys.published()).keys).toEqual([publicJwk]);
  });

  it('name a retired key once that two joined sets have, and refuse two keys of one id', async () => {
    const certificateKey = await makeJwk();
    const before = { certificateKey: await makeJwk(), retiredKeys: undefined };
    const old = await createSigningKeys(() => before).current();
    const publishing = (...retired: object[]) =>
      createSigningKeys(() => ({ certificateKey, retiredKeys: setOf(...retired) })).published();
    const published = await publishing(old.publicJwk, { ...old.publicJwk });
    expect(published.keys.slice(1)).toEqual([old.publicJwk]);
    const other = { ...old.publicJwk, x: Buffer.alloc(32).toString('base64url') };
    await expect(publishing(old.publicJwk, other)).rejects.toThrow(
      `CERTIFICATE_RETIRED_KEYS contains two different keys with the id ${old.keyId}`,
    );
  });

  it.each([
    ['is private', async () => JSON.parse(await makeJwk()) as object, /contains a private key/],
    ['has another id', async () => ({ ...(await publicHalf()), kid: 'other' }), /other that is no public/],
    ['has no id', publicHalf, /without id/],
  ])('refuse a retired key that %s', async (_, make, sentence) => {
    const texts = { certificateKey: await makeJwk(), retiredKeys: setOf(await make()) };
    await expect(createSigningKeys(() => texts).current()).rejects.toThrow(sentence);
  });
});

async function publicHalf(): Promise<object> {
  const { d: _d, ...half } = JSON.parse(await makeJwk()) as { d: string };
  return half;
}
