import { exportJWK, generateKeyPair, type JSONWebKeySet } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { NOTHING_FOUND, type CertificateClaims } from './claims.js';
import { canonicalJws } from './compact.js';
import { readCertificateKey, type CertificateKey } from './sign.js';
import { blocks, flippedTexts, makeKey, statement, store, version1, version2 } from './testing/samples.js';
import { verifyCertificate, verifyStatement } from './verify.js';

let key: CertificateKey;
let keys: JSONWebKeySet;
beforeAll(async () => {
  ({ key, keys } = await makeKey());
});

const claims = version1;

describe('a deletion certificate', () => {
  it('verifies with the public key and says what was signed', async () => {
    expect(await verifyCertificate(await key.sign(claims), keys)).toEqual({
      kind: 'verified',
      claims,
      keyId: key.keyId,
    });
  });

  it('says which deletion it replays, where it is a replay, and verifies as those do that are none', async () => {
    const replay = { ...claims, epoch: 2, replayOf: '0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d04' };
    expect(await verifyCertificate(await key.sign(replay), keys)).toMatchObject({ claims: replay });
    await expect(async () => key.sign({ ...claims, replayOf: '' })).rejects.toThrow();
  });

  it('shows every flipped byte, those that decode to nothing among them', async () => {
    const jws = await key.sign(version1);
    const kinds = await Promise.all(
      flippedTexts(`${jws}\n`).map(async (text) => (await verifyCertificate(text, keys)).kind),
    );
    expect(kinds).toHaveLength(jws.length + 1);
    expect(kinds).not.toContain('verified');
  });

  it('shows every flipped bit: what is still in its one spelling says something else', async () => {
    const jws = await key.sign(version2);
    const said = (text: string) =>
      text.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex'));
    const bytes = Buffer.from(jws);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      const text = canonicalJws(flipped.toString('latin1'));
      if (text !== undefined && said(text).join() === said(jws).join()) expect.fail(`${bit}: ${text}`);
    }
  });

  it('has one spelling: no padding, no space, nothing before or behind it', async () => {
    const jws = await key.sign(version2);
    for (const other of [`${jws}=`, ` ${jws}`, `${jws} `, `${jws}\n\n`, `${jws}.`, jws.replace('.', '\n.')])
      expect((await verifyCertificate(other, keys)).kind).toBe('invalid');
  });

  it('is verified only by a key whose id is its thumbprint', async () => {
    const jws = await key.sign(version2);
    const x = key.publicJwk.x ?? '';
    for (const flipped of flippedTexts(x)) {
      const altered = { keys: [{ ...key.publicJwk, x: flipped }] };
      expect((await verifyCertificate(jws, altered)).kind).toBe('unknown_key');
    }
    const { kid: _kid, ...nameless } = key.publicJwk;
    expect(await verifyCertificate(jws, { keys: [nameless] })).toMatchObject({ kind: 'unknown_key' });
  });

  it('is verified though its key is in the set twice, as in two sets that were joined', async () => {
    const jws = await key.sign(version2);
    const { alg: _alg, use: _use, ...plain } = key.publicJwk;
    for (const twice of [
      [key.publicJwk, { ...key.publicJwk }],
      [plain, key.publicJwk],
      [{ ...key.publicJwk, x: Buffer.alloc(32).toString('base64url') }, key.publicJwk],
    ])
      expect(await verifyCertificate(jws, { keys: twice })).toMatchObject({ kind: 'verified' });
  });

  it('names an unknown key', async () => {
    const jws = await key.sign(claims);
    expect(await verifyCertificate(jws, { keys: [] })).toEqual({ kind: 'unknown_key', keyId: key.keyId });
  });

  it('is not signed when its counts do not add up, or its participants disagree', async () => {
    await expect(async () => key.sign({ ...claims, blocks: { ...blocks, swept: 3 } })).rejects.toThrow(
      /add up/,
    );
    const other = { ...blocks, root: 'cd'.repeat(32) };
    await expect(async () => key.sign({ ...claims, blocks: other })).rejects.toThrow(/counted the same/);
  });

  it('refuses a key that is not an Ed25519 private key, in a sentence', async () => {
    for (const text of ['no json', 'null', '"x"'])
      await expect(readCertificateKey(text)).rejects.toThrow(/JSON Web Key/);
    const jwk = await exportJWK((await generateKeyPair('EdDSA', { extractable: true })).privateKey);
    await expect(readCertificateKey(JSON.stringify({ ...jwk, d: 'AAAA' }))).rejects.toThrow(/32 bytes/);
    await expect(readCertificateKey(JSON.stringify(key.publicJwk))).rejects.toThrow(/private key/);
  });

  it('refuses a pair whose halves do not belong together: nobody could verify what it signs', async () => {
    const jwk = await exportJWK((await generateKeyPair('EdDSA', { extractable: true })).privateKey);
    const mixed = JSON.stringify({ ...jwk, x: key.publicJwk.x });
    await expect(readCertificateKey(mixed)).rejects.toThrow(/belong together/);
  });
});

describe('version 2', () => {
  const refused = (over: Partial<CertificateClaims>) =>
    expect(async () => key.sign({ ...version2, ...over })).rejects;

  it('says what was signed', async () => {
    expect(await verifyCertificate(await key.sign(version2), keys)).toMatchObject({ claims: version2 });
  });

  it('is not signed when a store had more or fewer keys than were swept, or was not read back', async () => {
    await refused({ stores: [{ ...store, keysMissing: 0 }] }).toThrow(/something or nothing/);
    await refused({ stores: [{ ...store, readBack: [] }] }).toThrow(/read back/);
    await refused({ stores: [] }).toThrow(/from no store/);
    await refused({ stores: [store, store] }).toThrow(/named once/);
    await refused({ stores: [{ ...store, store: 'other' }] }).toThrow(/name the same/);
    await refused({ stores: [{ ...store, storeId: version2.deletionId }] }).toThrow(/media/);
  });

  it('is not signed with an exception', async () => {
    await refused({ exceptions: ['one block'] } as never).toThrow();
  });

  it('says first that no store held anything', async () => {
    const missing = [{ ...store, keysFound: 0, keysMissing: 2 }];
    await refused({ stores: missing, limits: ['another'] }).toThrow(/said first/);
    const said = { ...version2, stores: missing, limits: [NOTHING_FOUND, 'another'] };
    expect(await verifyCertificate(await key.sign(said), keys)).toMatchObject({ kind: 'verified' });
  });
});

describe('an interim statement', () => {
  it('verifies as what it is, and never as a certificate', async () => {
    const jws = await key.signStatement(statement);
    expect(await verifyStatement(jws, keys)).toEqual({
      kind: 'verified',
      claims: statement,
      keyId: key.keyId,
    });
    expect(await verifyCertificate(jws, keys)).toMatchObject({ kind: 'statement', claims: statement });
    expect(await verifyStatement(await key.sign(version2), keys)).toMatchObject({ kind: 'invalid' });
  });

  it('shows every flipped byte', async () => {
    const kinds = await Promise.all(
      flippedTexts(await key.signStatement(statement)).map(
        async (text) => (await verifyStatement(text, keys)).kind,
      ),
    );
    expect(kinds).not.toContain('verified');
  });
});
