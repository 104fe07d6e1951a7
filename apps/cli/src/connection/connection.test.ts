import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { RefusalError } from '@lethe/outcome';
import { afterEach, describe, expect, it } from 'vitest';
import { lethe } from '../testing/run-lethe.js';
import {
  startScriptedService,
  TOKEN,
  type Script,
  type ScriptedService,
} from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
afterEach(() => service?.stop());

const KEYS = ['certificate', 'keys'];
const works: Script = { listCertificateKeys: () => ({ jwksJson: '{"keys":[]}' }) };
const refuses = (code: status): Script => ({
  listCertificateKeys: () => {
    throw new RefusalError({ code, reason: 'REASON', message: 'a sentence' });
  },
});

describe('the connection', () => {
  it('takes the token from a file', async () => {
    service = await startScriptedService(works);
    const file = join(mkdtempSync(join(tmpdir(), 'lethe-')), 'token');
    writeFileSync(file, `${TOKEN}\n`);
    const env = { WORKSPACE_SERVICE_ADDRESS: service.address, GRPC_TOKEN_FILE: file };
    expect(await lethe(KEYS, { env })).toEqual({ code: 0, output: '{\n  "keys": []\n}\n', errors: '' });
  });

  it('prefers --server', async () => {
    service = await startScriptedService(works);
    const env = { WORKSPACE_SERVICE_ADDRESS: '127.0.0.1:1', GRPC_TOKEN: TOKEN };
    expect(await lethe([...KEYS, '--server', service.address], { env })).toMatchObject({ code: 0 });
  });

  it.each([
    [{}, /WORKSPACE_SERVICE_ADDRESS is missing.*\n.*GRPC_TOKEN is missing/],
    [{ GRPC_TOKEN: TOKEN, WORKSPACE_SERVICE_ADDRESS: 'nowhere' }, /must be host:port/],
    [{ GRPC_TOKEN: TOKEN, WORKSPACE_SERVICE_ADDRESS: 'host:99999' }, /must be host:port/],
    [{ GRPC_TOKEN: 'two\nlines', WORKSPACE_SERVICE_ADDRESS: 'host:1' }, /one line of ASCII/],
    [{ GRPC_TOKEN: ' ', WORKSPACE_SERVICE_ADDRESS: 'host:1' }, /GRPC_TOKEN is missing/],
    [{ GRPC_TOKEN_FILE: '/nowhere/token', WORKSPACE_SERVICE_ADDRESS: 'host:1' }, /cannot be read/],
  ])('refuses the environment %j with 2', async (env, sentence) => {
    const outcome = await lethe(KEYS, { env });
    expect(outcome).toMatchObject({ code: 2, output: '' });
    expect(outcome.errors).toMatch(sentence);
  });

  it('names the option where that is wrong', async () => {
    const outcome = await lethe([...KEYS, '--server', 'nowhere'], { env: { GRPC_TOKEN: TOKEN } });
    expect(outcome).toEqual({
      code: 2,
      output: '',
      errors: 'lethe: --server must be host:port, as in 127.0.0.1:7000\n',
    });
  });

  it('has no option for the token', async () => {
    expect(await lethe([...KEYS, '--token', TOKEN])).toMatchObject({ code: 2 });
  });

  it('says with 69 that nobody is there', async () => {
    service = await startScriptedService(works);
    const { env, address } = service;
    await service.stop();
    const outcome = await lethe(KEYS, { env });
    expect(outcome).toMatchObject({ code: 69, output: '' });
    expect(outcome.errors).toContain(`cannot reach the workspace service at ${address}`);
  });

  it('says with 1 that the token is unknown', async () => {
    service = await startScriptedService(works);
    const outcome = await lethe(KEYS, { env: { ...service.env, GRPC_TOKEN: 'another' } });
    expect(outcome).toMatchObject({ code: 1, output: '' });
    expect(outcome.errors).toMatch(/does not know this token: check GRPC_TOKEN_FILE/);
  });

  it.each([
    [status.PERMISSION_DENIED, 1, 'lethe: a sentence\n'],
    [status.FAILED_PRECONDITION, 1, 'lethe: a sentence\n'],
    [status.INVALID_ARGUMENT, 1, 'lethe: a sentence\n'],
    [status.DEADLINE_EXCEEDED, 69, /did not answer in time/],
    [status.INTERNAL, 70, /failed: a sentence/],
  ])('maps the status %i to %i', async (code, exitCode, errors) => {
    service = await startScriptedService(refuses(code));
    const outcome = await lethe(KEYS, { env: service.env });
    expect(outcome).toMatchObject({ code: exitCode, output: '' });
    expect(outcome.errors).toMatch(errors);
  });

  it('tells a server that does not know the call', async () => {
    service = await startScriptedService({});
    expect(await lethe(KEYS, { env: service.env })).toMatchObject({ code: 70 });
  });
});
