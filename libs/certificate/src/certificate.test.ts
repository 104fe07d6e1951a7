import { exportJWK, generateKeyPair, type JSONWebKeySet } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CertificateClaims } from './claims.js';
import { readCertificateKey, type CertificateKey } from './sign.js';
import { verifyCertificate } from './verify.js';

const blocks = { pages: 1, total: 3, swept: 2, retained: 1, root: 'ab'.repeat(32) };
const claims: CertificateClaims = {
  version: 1,
  certificateId: '0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d01',
  deletionId: '0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d02',
  organizationId: 'org1',
  workspaceId: '0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d03',
  epoch: 1,
  kind: 'deletion_planned',
  requestedBy: 'user-1',
  deleteTime: '2026-01-01T00:00:00.000Z',
  purgeTime: '2026-01-31T00:00:00.000Z',
  grantTime: '2026-01-31T00:00:01.000Z',
  issueTime: '2026-01-31T00:01:00.000Z',
  participants: [
    {
      participant: 'realm-purge',
      reportTime: '2026-01-31T00:00:30.000Z',
      removed: { blocks: 3 },
      blocks,
      stores: [],
    },
  ],
  blocks,
  readBack: 'listing',
  limits: [],
  issuer: 'lethe',
  sequence: 1,
  previous: null,
};

let key: CertificateKey;
let keys: JSONWebKeySet;
beforeAll(async () => {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  key = await readCertificateKey(JSON.stringify(await exportJWK(privateKey)));
  keys = { keys: [key.publicJwk] };
});

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

  it('shows every flipped character', async () => {
    const jws = await key.sign(claims);
    for (let at = 0; at < jws.length; at++) {
      const flipped = `${jws.slice(0, at)}${jws[at] === 'A' ? 'B' : 'A'}${jws.slice(at + 1)}`;
      // The last character of a base64url part carries bits that decode to nothing.
      if (decodes(flipped) === decodes(jws)) continue;
      expect((await verifyCertificate(flipped, keys)).kind, `character ${at}`).not.toBe('verified');
    }
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

const decodes = (jws: string) =>
  jws
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('hex'))
    .join('.');
