import fc from 'fast-check';
import type { JSONWebKeySet } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifyChain } from './chain.js';
import type { CertificateClaims } from './claims.js';
import { certificateHash, type CertificateKey } from './sign.js';
import { flippedTexts, makeKey, statement, version1, version2 } from './testing/samples.js';

let key: CertificateKey;
let old: CertificateKey;
let keys: JSONWebKeySet;
let chain: [string, string, string];
beforeAll(async () => {
  const [before, now] = [await makeKey(), await makeKey()];
  [old, key] = [before.key, now.key];
  keys = { keys: [key.publicJwk, old.publicJwk] };
  // Version 1 before a rotation of keys, version 2 behind it.
  const first = await old.sign(version1);
  const second = await key.sign({ ...version2, ...follows(first, 2) });
  chain = [first, second, await key.sign({ ...version2, ...follows(second, 3) })];
});

const follows = (jws: string, sequence: number): Pick<CertificateClaims, 'sequence' | 'previous'> => ({
  sequence,
  previous: certificateHash(jws),
});
const reasonOf = async (...texts: string[]) => {
  const verified = await verifyChain(texts, keys);
  return verified.kind === 'broken' ? verified.reason : verified.kind;
};

describe('verifyChain', () => {
  it('verifies a chain over both versions and a rotation of keys, in whatever order it is given', async () => {
    const verified = await verifyChain([chain[2], `${chain[0]}\n`, chain[1]], keys);
    if (verified.kind !== 'verified') throw new Error(verified.kind);
    expect(verified.links.map(({ claims }) => claims.sequence)).toEqual([1, 2, 3]);
    expect(verified.links.map(({ keyId }) => keyId)).toEqual([old.keyId, key.keyId, key.keyId]);
    expect(verified.whole).toBe(true);
  });

  it('says where the beginning is not there', async () => {
    expect(await verifyChain([chain[1], chain[2]], keys)).toMatchObject({ kind: 'verified', whole: false });
  });

  it('shows one that is missing, there twice, another one, or of another organization', async () => {
    expect(await reasonOf(chain[0], chain[2])).toMatch(/number 2 is missing/);
    expect(await reasonOf(chain[0], chain[0])).toMatch(/number 1 is there twice/);
    const forged = await key.sign({ ...version2, ...follows(chain[1], 2) });
    expect(await reasonOf(chain[0], forged)).toMatch(/does not follow/);
    const foreign = { ...version2, ...follows(chain[1], 3), organizationId: 'org2' };
    expect(await reasonOf(chain[0], chain[1], await key.sign(foreign))).toMatch(/several organizations/);
    expect(await reasonOf(await key.sign({ ...version2, sequence: 2 }))).toMatch(
      /names no certificate before/,
    );
    expect(await reasonOf(await key.sign({ ...version2, ...follows(chain[0], 1) }))).toMatch(
      /number 1 names/,
    );
  });

  it('says which of them does not verify by itself, and why', async () => {
    const interim = await key.signStatement(statement);
    expect(await verifyChain([chain[0], interim], keys)).toMatchObject({
      kind: 'unverified',
      at: 1,
      verification: { kind: 'statement' },
    });
    expect(await verifyChain(chain, { keys: [key.publicJwk] })).toMatchObject({
      kind: 'unverified',
      at: 0,
      verification: { kind: 'unknown_key', keyId: old.keyId },
    });
  });

  it('shows a flipped byte anywhere', async () => {
    const place = fc.nat(2).chain((at) => fc.tuple(fc.constant(at), fc.nat(chain[at]!.length - 1)));
    await fc.assert(
      fc.asyncProperty(place, async ([at, byte]) => {
        const flipped = chain.with(at, flippedTexts(chain[at]!)[byte]!);
        expect((await verifyChain(flipped, keys)).kind).toBe('unverified');
      }),
      { numRuns: 150 },
    );
  });
});
