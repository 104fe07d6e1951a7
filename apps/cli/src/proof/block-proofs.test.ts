import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyDocument } from '@lethe/certificate';
import { status } from '@grpc/grpc-js';
import { RefusalError } from '@lethe/outcome';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readProof, proofTrouble } from '../proof/block-proof.js';
import { PagesWriter, readPagesFile } from '../proof/pages-file.js';
import { certifiedRealm, type CertifiedRealm } from '../testing/certified-realm.js';
import { makeKey } from '../testing/certificates.js';
import { purging, WORKSPACE } from '../testing/deletions.js';
import { lethe } from '../testing/run-lethe.js';
import { verifyBlocks } from '../verify-certificate/verify-blocks.js';
import { startScriptedService, type ScriptedService } from '../testing/scripted-service.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-proofs-'));
let written = 0;
function file(content: string | Buffer): string {
  const path = join(folder, `file-${written++}`);
  writeFileSync(path, content);
  return path;
}
const listed = (list: string | Buffer) => {
  const path = file(list);
  const digest = createHash('sha256').update(list).digest('hex');
  writeFileSync(`${path}.sha256`, `${digest}  ${path.slice(folder.length + 1)}\n`);
  return path;
};

interface Files {
  readonly realm: CertifiedRealm;
  readonly certificate: string;
  readonly pages: string;
  readonly blocks: string;
}
let keys: string;
let service: ScriptedService;
let whole: Files;
let sharing: Files;
let small: Files;
let shown: CertifiedRealm;
let filesOf: (realm: CertifiedRealm) => Promise<Files>;
beforeAll(async () => {
  const { key, jwks } = await makeKey();
  keys = file(jwks);
  service = await startScriptedService({
    getDeletion: () => ({ deletion: purging(1, { epoch: 3 }) }),
    listSweptPages: ({ pageToken }) => {
      if (shown.pages.length === 0)
        throw new RefusalError({ code: status.NOT_FOUND, reason: 'SWEEP_NOT_FOUND', message: 'none' });
      const half = Math.ceil(shown.pages.length / 2);
      const [from, to] = pageToken === '' ? [0, half] : [half, shown.pages.length];
      return { epoch: 3, pages: shown.pages.slice(from, to), nextPageToken: pageToken === '' ? 'more' : '' };
    },
  });
  filesOf = async (realm) => {
    shown = realm;
    const pages = join(folder, `pages-${written++}`);
    const saved = await lethe(['certificate', 'pages', WORKSPACE, '--output', pages], { env: service.env });
    expect(saved).toMatchObject({
      code: 0,
      errors: '',
      output: `Saved ${realm.pages.length} page(s) to ${pages}\n`,
    });
    return { realm, pages, certificate: file(await key.sign(realm.claims)), blocks: listed(realm.list) };
  };
  whole = await filesOf(certifiedRealm(5));
  sharing = await filesOf(certifiedRealm(5, 2));
  small = await filesOf(certifiedRealm(1));
});
afterAll(() => service.stop());

const verify = ({ certificate, pages, blocks }: Files, ...more: string[]) =>
  lethe([
    'certificate',
    'verify',
    certificate,
    '--keys',
    keys,
    '--pages',
    pages,
    '--blocks',
    blocks,
    ...more,
  ]);

describe('lethe certificate verify, with pages and blocks', () => {
  it('recomputes the root, and every page from the list', async () => {
    const { code, output, errors } = await verify(whole);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toContain('The Merkle root was recomputed from 5 page(s)\n');
    expect(output).toContain('5 of 5 page(s) were recomputed from a list of 50 block(s)\n');
  });

  it('says which pages cannot be recomputed, and why', async () => {
    const { code, output } = await verify(sharing);
    expect(code).toBe(0);
    expect(output).toContain('4 of 5 page(s) were recomputed from a list of 47 block(s)\n');
    expect(output).toContain('page 2: 3 retained row(s) are not in the list, cannot be recomputed\n');
    const without = await verify({ ...sharing, blocks: file(sharing.realm.list) });
    expect(without).toMatchObject({ code: 1, output: '' });
    expect(without.errors).toMatch(/no checksum beside it/);
  });

  it('proves a single block, and the saved proof stands alone', async () => {
    for (const { files, block } of [
      { files: whole, block: whole.realm.ids[0]! },
      { files: whole, block: whole.realm.ids[49]! },
      { files: sharing, block: sharing.realm.ids[30]! },
    ]) {
      const proof = join(folder, `proof-${written++}`);
      const found = await verify(files, '--block', block, '--proof', proof);
      expect(found).toMatchObject({ code: 0, errors: '' });
      expect(found.output).toContain(`Block ${block} is in page`);
      const alone = await lethe(['certificate', 'verify-block', files.certificate, proof, '--keys', keys]);
      expect(alone).toMatchObject({ code: 0, errors: '' });
      expect(alone.output).toMatch(new RegExp(`^Verified: block ${block} is in page`));
      const other = files === whole ? sharing : whole;
      const wrong = await lethe([
        'certificate',
        'verify-block',
        other.certificate,
        proof,
        '--keys',
        keys,
        '--json',
      ]);
      expect(wrong.code).toBe(1);
      expect(JSON.parse(wrong.output)).toMatchObject({ verified: false });
    }
  });

  it('proves no block that is not in the list, retained, or in a page with retained ones', async () => {
    for (const [block, sentence] of [
      ['00000000-0000-4000-8000-00000000ffff', /is not in the list/],
      [sharing.realm.retained[0]!, /is not in the list/],
      [sharing.realm.ids[25]!, /its page holds retained rows/],
    ] as const) {
      const outcome = await verify(sharing, '--block', block);
      expect(outcome).toMatchObject({ code: 1, output: '' });
      expect(outcome.errors).toMatch(sentence);
    }
    expect(await verify(whole, '--block', 'no id')).toMatchObject({ code: 2 });
  });

  it('answers JSON', async () => {
    const { output } = await verify(sharing, '--json', '--block', sharing.realm.ids[49]!);
    expect(JSON.parse(output)).toMatchObject({
      ...{ verified: true, pages: 5, recomputed_pages: 4, troubles: [] },
      not_recomputed: [{ page: 2, retained_rows: 3 }],
      proof: { block: sharing.realm.ids[49]!, index: 4, size: 5 },
    });
  });

  it('refuses the pages of another deletion', async () => {
    expect(await verify({ ...whole, pages: sharing.pages })).toMatchObject({ code: 1, output: '' });
    const other = await verify({ ...whole, blocks: sharing.blocks });
    expect(other.errors).toMatch(/page 2: its rows are not in the list/);
  });

  it('shows every flipped byte of the list, with its checksum and without', async () => {
    const list = Buffer.from(small.realm.list);
    const troublesOf = async (blocks: string) => {
      const { pages, realm } = small;
      const findings = await verifyBlocks(realm.claims, { pages, blocks }).catch(() => undefined);
      return findings?.troubles.length ?? 1;
    };
    expect(await troublesOf(file(list))).toBe(0);
    for (let at = 0; at < list.length; at++) {
      const flipped = Buffer.from(list);
      flipped[at]! ^= 1 << (at % 7);
      expect(await troublesOf(file(flipped)), `${at}`).toBeGreaterThan(0);
    }
    const flipped = Buffer.from(sharing.realm.list);
    flipped[43 * 22 + 40]! ^= 1; // a row of the page that cannot be recomputed
    writeFileSync(join(folder, 'altered'), flipped);
    writeFileSync(join(folder, 'altered.sha256'), readFileSync(`${sharing.blocks}.sha256`));
    expect((await verify({ ...sharing, blocks: join(folder, 'altered') })).errors).toMatch(/altered/);
  });

  it('shows every flipped byte of the pages and of a proof', async () => {
    const pages = readFileSync(small.pages);
    for (let at = 0; at < pages.length; at++) {
      const flipped = Buffer.from(pages);
      flipped[at]! ^= 1 << (at % 7);
      await expect(readPagesFile(file(flipped)), `${at}`).rejects.toThrow(/not verified/);
    }
    const place = join(folder, 'the-proof');
    await verify(whole, '--block', whole.realm.ids[17]!, '--proof', place);
    const proof = readFileSync(place);
    expect(proofTrouble(readProof(proof.toString())!, whole.realm.claims)).toBeUndefined();
    for (let at = 0; at < proof.length; at++) {
      const flipped = Buffer.from(proof);
      flipped[at]! ^= 1 << (at % 7);
      const read = readProof(flipped.toString());
      expect(read === undefined || proofTrouble(read, whole.realm.claims), `${at}`).toBeTruthy();
    }
  });

  it.each([2 ** 32, 1_001])('verifies nothing of a page of %i rows', async (rows) => {
    const writer = new PagesWriter();
    const page = { page: 0, rows, swept: 0, rowDigest: 'ab'.repeat(32), sweepTime: null, stores: [] };
    const lines = [writer.head({ workspaceId: WORKSPACE, epoch: 3 }), writer.page(page), writer.end()];
    const outcome = await verify({ ...small, pages: file(lines.join('')) });
    expect(outcome).toMatchObject({ code: 1, output: '' });
    expect(outcome.errors).toMatch(/^lethe: not verified: .*: line 2 is none of it\n$/);
  });

  it('verifies the certificate of a realm that had no block', async () => {
    const none = await filesOf(certifiedRealm(0));
    const { code, output } = await verify(none);
    expect(code).toBe(0);
    expect(output).toContain('0 of 0 page(s) were recomputed from a list of 0 block(s)\n');
    expect((await verify({ ...whole, pages: none.pages })).errors).toMatch(/the pages count 0 pages/);
  });

  it('leaves an existing file of pages alone', async () => {
    const again = await lethe(['certificate', 'pages', WORKSPACE, '--output', whole.pages], {
      env: service.env,
    });
    expect(again).toMatchObject({ code: 1, output: '' });
    expect(await verifyDocument('', { keys: [] })).toMatchObject({ kind: 'invalid' });
  });
});
