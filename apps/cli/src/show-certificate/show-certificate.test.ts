import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { RefusalError } from '@lethe/outcome';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CLAIMS, makeKey, STATEMENT } from '../testing/certificates.js';
import { WORKSPACE } from '../testing/deletions.js';
import { lethe } from '../testing/run-lethe.js';
import { startScriptedService, type ScriptedService } from '../testing/scripted-service.js';

let jws: string;
let statement: string;
let jwks: string;
beforeAll(async () => {
  const made = await makeKey();
  jwks = made.jwks;
  jws = await made.key.sign(CLAIMS);
  statement = await made.key.signStatement(STATEMENT);
});

let service: ScriptedService;
let directory: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'lethe-'));
  service = await startScriptedService({
    getDeletionCertificate({ workspaceId }) {
      if (workspaceId === WORKSPACE) return { certificateId: CLAIMS.certificateId, jws };
      const message = 'there is no deletion certificate of this workspace yet';
      throw new RefusalError({ code: status.NOT_FOUND, reason: 'CERTIFICATE_NOT_FOUND', message });
    },
    listCertificateKeys: () => ({ jwksJson: jwks }),
    getDeletionStatement: () => ({ jws: statement }),
  });
});
afterEach(() => service.stop());

const show = (...argv: string[]) => lethe(['certificate', 'show', ...argv], { env: service.env });

describe('lethe certificate show', () => {
  it('prints the certificate as it was signed, so that verify takes it with the keys that keys prints', async () => {
    const shown = await show(WORKSPACE);
    expect(shown).toEqual({ code: 0, output: `${jws}\n`, errors: '' });
    const keys = join(directory, 'keys.json');
    writeFileSync(keys, (await lethe(['certificate', 'keys'], { env: service.env })).output);
    const verified = await lethe(['certificate', 'verify', '-', '--keys', keys], { stdin: shown.output });
    expect(verified).toMatchObject({ code: 0, errors: '' });
  });

  it('prints JSON', async () => {
    expect(JSON.parse((await show(WORKSPACE, '--json')).output)).toEqual({
      certificate_id: CLAIMS.certificateId,
      jws,
      output: null,
    });
  });

  it('saves it, and the same again', async () => {
    const path = join(directory, 'certificate.jws');
    for (let time = 1; time <= 2; time++)
      expect(await show(WORKSPACE, '--output', path)).toEqual({
        code: 0,
        output: `Saved deletion certificate ${CLAIMS.certificateId} to ${path}\n`,
        errors: '',
      });
    expect(readFileSync(path, 'utf8')).toBe(`${jws}\n`);
  });

  it('saves a page that verifies as a file, of a workspace and of a file', async () => {
    const [page, keys, saved, again] = ['page.html', 'keys', 'saved.jws', 'again.html'].map((name) =>
      join(directory, name),
    ) as [string, string, string, string];
    writeFileSync(keys, jwks);
    expect(await show(WORKSPACE, '--html', page)).toMatchObject({ code: 0, errors: '' });
    expect(await lethe(['certificate', 'verify', page, '--keys', keys])).toMatchObject({ code: 0 });
    await show(WORKSPACE, '--output', saved);
    expect(await show(saved, '--html', again, '--keys', keys)).toMatchObject({ code: 0, errors: '' });
    expect(readFileSync(again, 'utf8')).toBe(readFileSync(page, 'utf8'));
    expect(await show(saved)).toMatchObject({ code: 2, output: '' });
  });

  it('saves an interim statement as text and as a page', async () => {
    const [page, text] = [join(directory, 'page.html'), join(directory, 'statement.jws')];
    const shown = await lethe(['deletion', 'statement', WORKSPACE, '--output', text, '--html', page], {
      env: service.env,
    });
    expect(shown).toMatchObject({ code: 0, errors: '' });
    expect(readFileSync(text, 'utf8')).toBe(`${statement}\n`);
    expect(readFileSync(page, 'utf8')).toContain('This is not a deletion certificate.');
    const printed = await lethe(['deletion', 'statement', WORKSPACE], { env: service.env });
    expect(printed).toEqual({ code: 0, output: `${statement}\n`, errors: '' });
  });

  it('never touches a file that has other content', async () => {
    const path = join(directory, 'precious');
    writeFileSync(path, 'the only copy');
    expect(await show(WORKSPACE, '--output', path)).toMatchObject({ code: 1, output: '' });
    expect(readFileSync(path, 'utf8')).toBe('the only copy');
  });

  it('ends with 2 where it cannot write', async () => {
    const outcome = await show(WORKSPACE, '--output', join(directory, 'nowhere', 'certificate'));
    expect(outcome).toMatchObject({ code: 2, output: '' });
    expect(outcome.errors).toMatch(/no such file or folder/);
  });

  it('ends with 1 while there is none, and writes nothing', async () => {
    const path = join(directory, 'certificate.jws');
    expect(await show(CLAIMS.deletionId, '--output', path)).toEqual({
      code: 1,
      output: '',
      errors: 'lethe: there is no deletion certificate of this workspace yet\n',
    });
    expect(() => readFileSync(path)).toThrow(/ENOENT/);
  });
});

describe('lethe certificate keys', () => {
  it('ends with 70 where the answer is no JSON', async () => {
    await service.stop();
    service = await startScriptedService({ listCertificateKeys: () => ({ jwksJson: 'keys' }) });
    expect(await lethe(['certificate', 'keys'], { env: service.env })).toMatchObject({
      code: 70,
      output: '',
    });
  });
});
