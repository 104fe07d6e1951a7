import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { JSONWebKeySet } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { NOTHING_FOUND } from '../claims.js';
import type { CertificateKey } from '../sign.js';
import { makeKey, statement, store, version1, version2 } from '../testing/samples.js';
import { PAGE_POLICY } from './html.js';
import { pageOf, verifyDocument } from './signed-page.js';

let key: CertificateKey;
let keys: JSONWebKeySet;
beforeAll(async () => {
  ({ key, keys } = await makeKey());
});

describe('a page', () => {
  it('says what was signed, who signed it, and verifies as a file', async () => {
    for (const claims of [version1, version2]) {
      const jws = await key.sign(claims);
      const html = await pageOf('certificate', jws, keys);
      for (const text of [jws, key.keyId, claims.workspaceId, claims.blocks.root])
        expect(html).toContain(text);
      expect(await verifyDocument(html, keys)).toEqual({ kind: 'verified', claims, keyId: key.keyId, jws });
    }
  });

  it('has no scripts and nothing from elsewhere, and a policy that allows its style alone', async () => {
    const html = await pageOf('certificate', await key.sign(version2), keys);
    expect(html).not.toMatch(/<script|<link|<img|<iframe|src=|href=|url\(|@import|javascript:|\son\w+=/i);
    const style = /<style>([^<]*)<\/style>/.exec(html)?.[1] ?? '';
    expect(PAGE_POLICY).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(html).toContain(PAGE_POLICY);
  });

  it('shows what is hostile as text', async () => {
    const hostile = `<script>alert("1")</script>'&\u202e`;
    const html = await pageOf('certificate', await key.sign({ ...version2, limits: [hostile] }), keys);
    expect(html).toContain('&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#39;&#38;\\u202e');
    expect(html).not.toContain('<script');
  });

  it('says before all else that no store held anything', async () => {
    const missing = [{ ...store, keysFound: 0, keysMissing: 2 }];
    const jws = await key.sign({ ...version2, stores: missing, limits: [NOTHING_FOUND] });
    const html = await pageOf('certificate', jws, keys);
    expect(html.indexOf(NOTHING_FOUND)).toBeGreaterThan(0);
    expect(html.indexOf(NOTHING_FOUND)).toBeLessThan(html.indexOf(version2.certificateId));
  });

  it('says where its key was not at hand, and verifies where it is', async () => {
    const html = await pageOf('certificate', await key.sign(version2), { keys: [] });
    expect(html).toContain('was not verified when this page was made');
    expect(await verifyDocument(html, keys)).toMatchObject({ kind: 'verified' });
    expect(await verifyDocument(html, { keys: [] })).toMatchObject({ kind: 'unknown_key' });
  });

  it('of a statement is none of a certificate', async () => {
    const jws = await key.signStatement(statement);
    const html = await pageOf('statement', jws, keys);
    expect(html).toContain('This is not a deletion certificate.');
    expect(await verifyDocument(html, keys)).toMatchObject({ kind: 'statement' });
    await expect(pageOf('certificate', jws, keys)).rejects.toThrow(/no certificate/);
    await expect(pageOf('certificate', 'a.b.c', keys)).rejects.toThrow(/no page/);
  });

  it('shows every flipped byte, in what is signed and around it', async () => {
    const html = Buffer.from(await pageOf('certificate', await key.sign(version2), keys));
    await fc.assert(
      fc.asyncProperty(fc.nat(8 * html.length - 1), async (bit) => {
        const flipped = Buffer.from(html);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        expect((await verifyDocument(flipped.toString('utf8'), keys)).kind).not.toBe('verified');
      }),
      { numRuns: 400 },
    );
  });
});
