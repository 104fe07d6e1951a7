import { readCertificateKey, verifyDocument, type CertificateKey } from '@lethe/certificate';
import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CERTIFICATE, STATEMENT } from '../testing/signed-samples.js';
import { startGateway, type RunningGateway } from '../testing/running-gateway.js';

let running: RunningGateway;
let key: CertificateKey;
beforeAll(async () => {
  running = await startGateway();
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  key = await readCertificateKey(JSON.stringify(await exportJWK(privateKey)));
});
afterAll(() => running.stop());
beforeEach(() => {
  running.service.reset();
});

const ACCEPT = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const get = (what: string, accept = ACCEPT) =>
  running.send('GET', `/workspace/x/deletion/${what}`, { headers: { accept } });
const publish = (...keys: object[]) => {
  running.service.answer('listCertificateKeys', { jwksJson: JSON.stringify({ keys }) });
};

describe.each(['certificate', 'statement'] as const)('the %s', (what) => {
  const rpc = what === 'certificate' ? 'getDeletionCertificate' : 'getDeletionStatement';
  const signed = () => (what === 'certificate' ? key.sign(CERTIFICATE) : key.signStatement(STATEMENT));

  it('is a page to whoever asks for one, and it verifies as a file', async () => {
    running.service.answer(rpc, { certificateId: CERTIFICATE.certificateId, jws: await signed() });
    publish(key.publicJwk);
    const { status, headers, text } = await get(what);
    expect([status, headers['content-type'], headers.vary]).toEqual([
      200,
      'text/html; charset=utf-8',
      'Accept',
    ]);
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; .*frame-ancestors 'none'$/);
    expect(await verifyDocument(text, { keys: [key.publicJwk] })).toMatchObject({
      kind: what === 'certificate' ? 'verified' : 'statement',
    });
    expect(text).toContain('Signature verified when this page was made');
  });

  it('says on its page that its key is not published', async () => {
    running.service.answer(rpc, { jws: await signed() });
    publish();
    expect((await get(what)).text).toContain('was not verified when this page was made');
  });

  it('is no page when it is not what it should be', async () => {
    running.service.answer(rpc, { jws: 'a.b.c' });
    publish(key.publicJwk);
    const answer = await get(what);
    expect([answer.status, answer.json()]).toMatchObject([500, { success: false, code: 'INTERNAL' }]);
  });

  it('is the same JSON as ever to everybody else', async () => {
    running.service.answer(rpc, { certificateId: 'certificate-1', jws: 'a.b.c' });
    const expected =
      what === 'certificate'
        ? '{"success":true,"certificateId":"certificate-1","jws":"a.b.c"}'
        : '{"success":true,"jws":"a.b.c"}';
    for (const accept of ['*/*', 'application/json', 'application/json, text/html;q=0.9'])
      expect((await get(what, accept)).text).toBe(expected);
  });
});
