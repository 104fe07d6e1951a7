import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificateHash, pageOf } from '@lethe/certificate';
import { CompactSign, exportJWK, generateKeyPair } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLAIMS, makeKey, STATEMENT } from '../testing/certificates.js';
import { lethe } from '../testing/run-lethe.js';

const directory = mkdtempSync(join(tmpdir(), 'lethe-'));
let written = 0;
function file(content: string): string {
  const path = join(directory, `file-${written++}`);
  writeFileSync(path, content);
  return path;
}

let jws: string;
let jwks: string;
let privateJwks: string;
let keyId: string;
let made: Awaited<ReturnType<typeof makeKey>>;
beforeAll(async () => {
  made = await makeKey();
  ({ jwks, privateJwks } = made);
  keyId = made.key.keyId;
  jws = await made.key.sign(CLAIMS);
});

/** A set with its keys twice; `changed`: the second time other ones. */
function doubled(set: string, changed: object = {}): string {
  const { keys } = JSON.parse(set) as { keys: object[] };
  return JSON.stringify({ keys: [...keys, ...keys.map((key) => ({ ...key, ...changed }))] });
}
const verify = (certificate: string, keys: string, ...more: string[]) =>
  lethe(['certificate', 'verify', certificate, '--keys', keys, ...more]);

describe('lethe certificate verify', () => {
  it('prints what a true certificate claims, without any service', async () => {
    const { code, output, errors } = await verify(file(`${jws}\n`), file(jwks));
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toContain(`Verified: signed with the key ${keyId}\n`);
    for (const line of [
      /workspace +72088440-3387-4dfb-9bb4-9da961d3f65a\n/,
      /total +5000 in 5 pages\n/,
      /gone +4990, read back from every store\n/,
      /left in place +10, /,
      /removed vlob_atoms +120\n/,
      /Reported by blob-sweeper\n(.*\n)+ +stores +s3:blocks\n/,
      /- Backups are not covered\.\n/,
    ])
      expect(output).toMatch(line);
  });

  it('names the deletion that a replay replays, and nothing where there is none', async () => {
    const replayOf = '72088440-3387-4dfb-9bb4-9da961d3f65b';
    const replay = await verify(file(await made.key.sign({ ...CLAIMS, replayOf })), file(jwks));
    expect(replay.output).toMatch(new RegExp(`replay of +${replayOf}\n`));
    expect((await verify(file(jws), file(jwks))).output).not.toContain('replay of');
  });

  it('takes either from standard input, and not both', async () => {
    const argv = (certificate: string, keys: string) => [
      'certificate',
      'verify',
      certificate,
      '--keys',
      keys,
    ];
    expect(await lethe(argv('-', file(jwks)), { stdin: jws })).toMatchObject({ code: 0 });
    expect(await lethe(argv(file(jws), '-'), { stdin: jwks })).toMatchObject({ code: 0 });
    expect(await lethe(argv('-', '-'), { stdin: jws })).toMatchObject({ code: 2, output: '' });
  });

  it('prints JSON, verified or not', async () => {
    const good = await verify(file(jws), file(jwks), '--json');
    expect(JSON.parse(good.output)).toEqual({ verified: true, key_id: keyId, claims: CLAIMS });
    const other = await makeKey();
    const bad = await verify(file(jws), file(other.jwks), '--json');
    expect(bad).toMatchObject({ code: 1, errors: '' });
    expect(JSON.parse(bad.output)).toMatchObject({ verified: false, kind: 'unknown_key' });
  });

  it('refuses with 1 what another key signed', async () => {
    const other = await makeKey();
    const outcome = await verify(file(jws), file(other.jwks));
    expect(outcome).toMatchObject({ code: 1, output: '' });
    expect(outcome.errors).toContain(`signed with the key ${keyId}, which is not among the keys`);
  });

  it('refuses with 1 what was altered, cut off, or is no certificate', async () => {
    const [header = '', payload = '', signature = ''] = jws.split('.');
    const claims = { ...CLAIMS, workspaceId: CLAIMS.deletionId };
    const altered = Buffer.from(JSON.stringify(claims)).toString('base64url');
    for (const wrong of [
      `${header}.${altered}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      jws.slice(0, -20),
      'not a certificate',
      '',
    ]) {
      const outcome = await verify(file(wrong), file(jwks));
      expect(outcome).toMatchObject({ code: 1, output: '' });
      expect(outcome.errors).toMatch(/^lethe: not verified: .+\n$/);
    }
  });

  it('refuses with 1 what the right key signed for another purpose, or with claims that contradict each other', async () => {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
    const keys = file(JSON.stringify({ keys: [await exportJWK(publicKey)] }));
    const sign = (claims: unknown, typ: string) =>
      new CompactSign(Buffer.from(JSON.stringify(claims)))
        .setProtectedHeader({ alg: 'EdDSA', typ })
        .sign(privateKey);
    const token = await verify(file(await sign(CLAIMS, 'JWT')), keys);
    expect(token).toMatchObject({ code: 1, output: '' });
    const blocks = { ...CLAIMS.blocks, swept: 5000 };
    const wrong = await sign({ ...CLAIMS, blocks }, 'deletion-certificate+json');
    expect(await verify(file(wrong), keys)).toMatchObject({ code: 1, output: '' });
  });

  it.each([
    ['that is not there', () => join(directory, 'nowhere'), /no such file/],
    ['that is a folder', () => directory, /it is a folder/],
    ['that is too large', () => file('x'.repeat((1 << 20) + 1)), /larger than 1 MiB/],
  ])('refuses a file %s with 2', async (_, path, sentence) => {
    for (const outcome of [await verify(path(), file(jwks)), await verify(file(jws), path())]) {
      expect(outcome).toMatchObject({ code: 2, output: '' });
      expect(outcome.errors).toMatch(sentence);
    }
  });

  it('verifies with a set that has the key twice, as two sets that were joined', async () => {
    expect(await verify(file(jws), file(doubled(jwks)))).toMatchObject({ code: 0, errors: '' });
  });

  it.each([
    ['no JSON', () => 'keys', /no JSON Web Key Set/],
    ['a single key', () => JSON.stringify({ kty: 'OKP' }), /no JSON Web Key Set/],
    ['an empty set', () => '{"keys":[]}', /contains no key/],
    ['private keys', () => privateJwks, /contains a private key/],
    [
      'two different keys of one id',
      () => doubled(jwks, { x: 'A'.repeat(43) }),
      /contains two different keys with the id/,
    ],
  ])(
    'refuses keys that are %s with 2, for that says nothing about the certificate',
    async (_, keys, sentence) => {
      const outcome = await verify(file(jws), file(keys()));
      expect(outcome).toMatchObject({ code: 2, output: '' });
      expect(outcome.errors).toMatch(sentence);
    },
  );

  it('says with 4 of an interim statement that it is no certificate, as a file and as a page', async () => {
    const statement = await made.key.signStatement(STATEMENT);
    const keys = JSON.parse(jwks) as { keys: [] };
    for (const text of [statement, await pageOf('statement', statement, keys)]) {
      const outcome = await verify(file(text), file(jwks));
      expect(outcome).toMatchObject({ code: 4, output: '' });
      expect(outcome.errors).toMatch(/this is an interim statement, not a certificate/);
    }
  });

  it('verifies several as a chain, each as a file or a page, and says what is missing', async () => {
    const next = (before: string, sequence: number) =>
      made.key.sign({ ...CLAIMS, sequence, previous: certificateHash(before) });
    const second = await next(jws, 2);
    const third = await next(second, 3);
    const page = await pageOf('certificate', second, JSON.parse(jwks) as { keys: [] });
    const chain = (...texts: string[]) =>
      lethe(['certificate', 'verify', ...texts.map(file), '--keys', file(jwks)]);
    const whole = await chain(third, jws, page);
    expect(whole).toMatchObject({ code: 0, errors: '' });
    expect(whole.output).toContain('a chain without a gap of the certificates 1 to 3 of organization org1\n');
    expect((await chain(page, third)).output).toContain(
      '2 to 3 of organization org1; those before it were not',
    );
    const gap = await chain(jws, third);
    expect(gap).toMatchObject({ code: 1, output: '' });
    expect(gap.errors).toBe('lethe: not verified: they are no chain: number 2 is missing before number 3\n');
    expect((await chain(jws, page.replace('org1', 'org2'))).errors).toMatch(
      /the page around it is not the one/,
    );
  });

  it('wants the keys', async () => {
    expect(await lethe(['certificate', 'verify', file(jws)])).toMatchObject({ code: 2, output: '' });
  });
});
