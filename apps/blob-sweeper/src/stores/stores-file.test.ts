import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readStoresFile } from './stores-file.js';

const directory = mkdtempSync(join(tmpdir(), 'lethe-stores-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;
function written(content: unknown): string {
  const path = join(directory, `${files++}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const S3 = {
  kind: 's3',
  name: 'primary',
  id: id(1),
  endpoint: 'https://s3.example.org',
  region: 'us-east-1',
  bucket: 'blocks',
  accessKeyIdFile: '/run/secrets/id',
  secretAccessKeyFile: '/run/secrets/secret',
};
const NAS = { kind: 'filesystem', name: 'nas', id: id(2), directory: '/srv/blocks' };
const VARIABLES = { accessKeyIdVariable: 'KEY_ID', secretAccessKeyVariable: 'SECRET' };
const { accessKeyIdFile: _, secretAccessKeyFile: __, ...KEYLESS } = S3;
const ENV = { KEY_ID: 'id', SECRET: 'a secret' };
const read = (...stores: unknown[]) => readStoresFile(written({ stores }), ENV);

describe('readStoresFile', () => {
  it('names stores of both kinds, with those whose blocks they hold', () => {
    const { organizations, ...options } = { ...S3, organizations: ['org1'] };
    expect(read({ ...options, organizations }, NAS)).toEqual([
      { organizations, options: { ...options, forcePathStyle: false, contentMd5: false } },
      { organizations: [], options: NAS },
    ]);
  });

  it('takes how long a request may last', () => {
    expect(read({ ...S3, requestTimeoutSeconds: 90 })[0]?.options).toMatchObject({
      requestTimeoutMs: 90_000,
    });
    expect(() => read({ ...S3, requestTimeoutSeconds: 0 })).toThrow(/requestTimeoutSeconds/);
  });

  it('takes keys from the environment where their variables are named', () => {
    const [store] = read({ ...KEYLESS, ...VARIABLES });
    expect(store?.options).toMatchObject({ accessKeyId: 'id', secretAccessKey: 'a secret' });
    expect(store?.options).not.toHaveProperty('accessKeyIdVariable');
  });

  it.each<[string, unknown[], RegExp]>([
    ['no store', [], /at least one/],
    ['another kind', [{ ...NAS, kind: 'tape' }], /kind/],
    ['a field that nobody knows', [{ ...NAS, path: '/x' }], /path/],
    ['a secret in it', [{ ...KEYLESS, accessKeyId: 'id', secretAccessKey: 'a secret' }], /accessKeyId/],
    ['no keys', [KEYLESS], /^primary: name its keys/],
    ['keys from both', [{ ...S3, ...VARIABLES }], /^primary: name its keys/],
    ['half a pair', [{ ...KEYLESS, accessKeyIdFile: '/x' }], /^primary: name its keys/],
    [
      'a variable that is not there',
      [{ ...KEYLESS, ...VARIABLES, accessKeyIdVariable: 'NONE' }],
      /NONE is missing/,
    ],
    ['no id', [{ ...NAS, id: undefined }], /stores\.0\.id/],
    ['an id of another spelling', [{ ...NAS, id: id(1).replace('4', 'A') }], /lower case/],
    ['a name with a space', [{ ...NAS, name: 'my nas' }], /letters, digits/],
    ['a relative directory', [{ ...NAS, directory: 'blocks' }], /whole path/],
    ['an endpoint without a protocol', [{ ...S3, endpoint: 's3.example.org' }], /http/],
    ['another protocol', [{ ...S3, endpoint: 'ftp://s3.example.org' }], /http/],
    ['nobody’s store', [{ ...NAS, organizations: [] }], /organizations/],
    ['an organization that is none', [{ ...NAS, organizations: ['a/b'] }], /organizations/],
    ['two of one name', [NAS, { ...NAS, id: id(3), directory: '/other' }], /same name: nas/],
    ['two of one id', [NAS, { ...NAS, name: 'other', directory: '/other' }], /same id/],
    ['two of one place', [NAS, { ...NAS, name: 'other', id: id(3) }], /same place/],
    [
      'two of one bucket',
      [S3, { ...S3, name: 'other', id: id(3), endpoint: 'https://S3.example.org/' }],
      /same place/,
    ],
  ])('refuses %s', (_name, stores, sentence) => {
    expect(() => read(...stores)).toThrow(sentence);
  });

  it('refuses what is no JSON, and shows nothing of it', () => {
    expect(() => readStoresFile(written('a secret'), ENV)).toThrow(/^the file is no JSON$/);
    expect(() => readStoresFile(join(directory, 'none'), ENV)).toThrow(/cannot be read \(ENOENT\)/);
  });
});
