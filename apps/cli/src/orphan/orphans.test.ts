import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { ListOrphanObjectsResponse, type DeleteOrphanObjectsRequest } from '@lethe/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusal } from '../testing/purge-world.js';
import { lethe, type RunOptions } from '../testing/run-lethe.js';
import { startScriptedService, type Script, type ScriptedService } from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-orphans-'));
  path = join(folder, 'orphans.txt');
});
afterEach(async () => {
  await service?.stop();
  rmSync(folder, { recursive: true });
});
async function run(script: Script, argv: string[], options: RunOptions = {}) {
  await service?.stop();
  service = await startScriptedService(script);
  return lethe(['orphans', ...argv], { ...options, env: { ...service.env, LETHE_OPERATOR: 'ann' } });
}
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const keyOf = (n: number) => `org1/00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const orphan = (n: number, versions = 1, uploads = 0) => ({
  key: keyOf(n),
  ...{ versions, uploads },
  bytes: 5,
  modifiedTime: new Date(0),
});
type Message = Partial<ListOrphanObjectsResponse>;
const EMPTY = ListOrphanObjectsResponse.create();
const says = (...messages: Message[]): Script => ({
  async *listOrphanObjects() {
    for (const message of messages) yield await Promise.resolve({ ...EMPTY, ...message });
  },
});
const seen = { objectsSeen: 9, uploadsSeen: 2, rowsSeen: 7, foreignKeysSeen: 1 };
const END = { ...seen, complete: true };
const LIST = ['list', '--organization', 'org1', '--store', 'primary', '--output'];
const HEAD =
  '# lethe orphan objects, version 2\n# organization "org1"\n# store "primary"\n# min-age-seconds 604800\n';

describe('lethe orphans list', () => {
  it('writes the list with its checksum, and says what it saw', async () => {
    const outcome = await run(says({ orphans: [orphan(1), orphan(2, 0)] }, { orphans: [orphan(3)] }, END), [
      ...LIST,
      path,
    ]);
    expect(outcome).toMatchObject({ code: 0, errors: '' });
    expect(outcome.output).toMatch(/orphans +3 \(15 bytes\)\n.*1, left by an order that broke off/);
    const text = HEAD + [1, 2, 3].map((n) => `${keyOf(n)}\n`).join('');
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(readFileSync(`${path}.sha256`, 'utf8')).toBe(`${sha256(text)}  orphans.txt\n`);
  });

  it('marks unfinished uploads that are alone under their key', async () => {
    const orphans = [orphan(1), orphan(2, 0, 3), orphan(3, 2, 1), orphan(4, 0)];
    const outcome = await run(says({ orphans }, END), [...LIST, path]);
    expect(outcome.output).toMatch(
      /unfinished uploads +2\n.*orphans +4 .*unfinished uploads +1, .*without an object +1,/s,
    );
    const marked = `${keyOf(2)} unfinished upload`;
    expect(readFileSync(path, 'utf8')).toBe(`${HEAD}${keyOf(1)}\n${marked}\n${keyOf(3)}\n${keyOf(4)}\n`);
  });

  it('ends with 1 where rows have no object, and writes the list all the same', async () => {
    const outcome = await run(says({ missingKeys: [keyOf(5), keyOf(6)] }, END), [...LIST, path, '--json']);
    expect(outcome.code).toBe(1);
    expect(JSON.parse(outcome.output)).toMatchObject({
      ...{
        objects: 9,
        uploads: 2,
        rows: 7,
        foreign: 1,
        orphans: 0,
        unfinished: 0,
        missing: 2,
        missing_keys: [keyOf(5), keyOf(6)],
      },
      sha256: sha256(HEAD),
    });
    expect(readFileSync(path, 'utf8')).toBe(HEAD);
  });

  it.each([
    ['no end', [{ orphans: [orphan(1)] }]],
    ['no message', []],
    ['more behind the end', [END, { orphans: [orphan(1)] }]],
    ['another organization', [{ orphans: [{ ...orphan(1), key: keyOf(1).replace('org1', 'org10') }] }, END]],
    ['no block', [{ orphans: [{ ...orphan(1), key: 'org1/x' }] }, END]],
    ['a wrong order', [{ orphans: [orphan(2), orphan(1)] }, END]],
  ] satisfies [string, Message[]][])('writes nothing when the sweeper sends %s', async (_, messages) => {
    expect(await run(says(...messages), [...LIST, path])).toMatchObject({ code: 70, output: '' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('writes nothing when the comparison fails, and replaces no file', async () => {
    const fails: Script = {
      async *listOrphanObjects() {
        yield await Promise.resolve({ ...EMPTY, orphans: [orphan(1)] });
        throw refusal(status.UNAVAILABLE, 'STORE_FAILED');
      },
    };
    expect((await run(fails, [...LIST, path])).code).toBe(69);
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(path, 'mine');
    expect((await run(says(END), [...LIST, path])).code).toBe(1);
    expect([readFileSync(path, 'utf8'), existsSync(`${path}.sha256`)]).toEqual(['mine', false]);
  });

  it.each([['59m'], ['1'], ['1w'], ['-1d'], ['']])('refuses an age of %j', async (age) => {
    expect((await run(says(END), [...LIST, path, '--min-age', age])).code).toBe(2);
  });
});

describe('lethe orphans delete', () => {
  const asked: DeleteOrphanObjectsRequest[] = [];
  beforeEach(() => (asked.length = 0));
  const deletes = (over: (request: DeleteOrphanObjectsRequest) => object = () => ({})): Script => ({
    deleteOrphanObjects(request) {
      asked.push(request);
      const deletedKeys = [...request.keys, ...request.uploadKeys];
      return { deletedKeys, keptKeys: [], leftKeys: [], reason: '', ...over(request) };
    },
  });
  /** Each third is an unfinished upload, where there are `uploads`. */
  async function write(count: number, uploads = false): Promise<void> {
    const isUpload = (n: number) => uploads && n % 3 === 0;
    const orphans = Array.from({ length: count }, (_, n) => (isUpload(n) ? orphan(n, 0, 1) : orphan(n)));
    expect((await run(says({ orphans }, END), [...LIST, path, '--min-age', '36h'])).code).toBe(0);
  }
  const DELETE = () => ['delete', '--from', path];

  it('orders the keys of a verified list, page by page, in the name of an operator', async () => {
    await write(1_001);
    const outcome = await run(deletes(), [...DELETE(), '--yes']);
    expect(outcome).toMatchObject({
      code: 0,
      output: expect.stringContaining('Deleted 1001 of 1001') as string,
    });
    expect(asked.map(({ keys }) => keys.length)).toEqual([1_000, 1]);
    expect(asked[1]).toEqual({
      ...{ organizationId: 'org1', store: 'primary', keys: [keyOf(1_000)], minAgeSeconds: 129_600 },
      uploadKeys: [],
      ...{ orderedBy: 'ann', listDigest: sha256(readFileSync(path, 'utf8')) },
    });
    expect(JSON.parse((await run(deletes(), [...DELETE(), '--yes', '--json'])).output)).toEqual({
      ...{ listed: 1_001, deleted: 1_001, kept: 0, left: 0, reasons: [] },
    });
  });

  it('orders the unfinished uploads as what they were listed, and says how many they are', async () => {
    await write(1_001, true);
    const outcome = await run(deletes(), DELETE(), { terminal: true, stdin: 'yes\n' });
    expect(outcome).toMatchObject({
      code: 0,
      output: expect.stringContaining('Deleted 1001 of 1001 object(s) and upload(s)') as string,
      errors: expect.stringContaining('lists 667 object(s) and 334 unfinished upload(s)') as string,
    });
    expect(asked.map(({ keys, uploadKeys }) => [keys.length, uploadKeys.length])).toEqual([
      [666, 334],
      [1, 0],
    ]);
    expect(asked[0]?.uploadKeys.slice(0, 2)).toEqual([keyOf(0), keyOf(3)]);
  });

  it('takes a list of before there were uploads in it, and none with uploads that says to be such', async () => {
    await write(4);
    rewrite((text) => text.replace('version 2', 'version 1'));
    expect((await run(deletes(), [...DELETE(), '--yes'])).code).toBe(0);
    expect(asked.map(({ keys, uploadKeys }) => [keys.length, uploadKeys.length])).toEqual([[4, 0]]);
    rewrite((text) => text.replace(keyOf(2), `${keyOf(2)} unfinished upload`));
    expect(await run(deletes(), [...DELETE(), '--yes'])).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/line 7 .*is no block/) as string,
    });
    rewrite((text) => text.replace('version 1', 'version 3'));
    expect(await run(deletes(), [...DELETE(), '--yes'])).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/is a list of version 3, which this lethe cannot read/) as string,
    });
    expect(asked).toHaveLength(1);
  });

  it('ends with 1 where something is left, and says why; what is kept is no failure', async () => {
    await write(3);
    const [a, b, c] = [keyOf(0), keyOf(1), keyOf(2)];
    const keeps = deletes(() => ({ deletedKeys: [a], keptKeys: [b, c] }));
    expect((await run(keeps, [...DELETE(), '--yes'])).code).toBe(0);
    const leaves = deletes(() => ({
      deletedKeys: [a],
      keptKeys: [b],
      leftKeys: [c],
      reason: '1 AccessDenied',
    }));
    expect(await run(leaves, [...DELETE(), '--yes'])).toMatchObject({
      code: 1,
      output: expect.stringContaining('1 could not be deleted: 1 AccessDenied') as string,
    });
  });

  it('asks, and does nothing without a yes or where nobody can be asked', async () => {
    await write(1);
    expect((await run(deletes(), DELETE())).code).toBe(2);
    const no = await run(deletes(), DELETE(), { terminal: true, stdin: 'y\n' });
    expect(no).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/lists 1 object.*org1.*primary/) as string,
    });
    expect(asked).toEqual([]);
    expect((await run(deletes(), DELETE(), { terminal: true, stdin: 'yes\n' })).code).toBe(0);
  });

  it.each([
    ['was changed', () => appendFileSync(path, `${keyOf(7)}\n`)],
    ['was cut off', () => writeFileSync(path, readFileSync(path, 'utf8').slice(0, -1))],
    ['has no checksum', () => rmSync(`${path}.sha256`)],
    ['names another organization', () => rewrite((text) => text.replace('org1/', 'org10/'))],
    ['is out of order', () => rewrite((text) => text + `${keyOf(0)}\n`)],
    ['has another head', () => rewrite((text) => text.replace('version 2', 'version 3'))],
    ['has another title', () => rewrite((text) => text.replace('orphan objects', 'objects'))],
    ['marks a line otherwise', () => rewrite((text) => text.replace(/\n$/, ' upload\n'))],
    ['names one as both', () => rewrite((text) => text.replace(/(.*)\n$/, '$1\n$1 unfinished upload\n'))],
    ['has a low age', () => rewrite((text) => text.replace('129600', '3599'))],
  ])('orders nothing by a list that %s', async (_, spoil) => {
    await write(2);
    spoil();
    expect((await run(deletes(), [...DELETE(), '--yes'])).code).toBe(1);
    expect(asked).toEqual([]);
  });
  /** With a checksum that fits. */
  function rewrite(change: (text: string) => string): void {
    const text = change(readFileSync(path, 'utf8'));
    writeFileSync(path, text);
    writeFileSync(`${path}.sha256`, `${sha256(text)}  orphans.txt\n`);
  }

  it('takes a shorter list that was reviewed, with its new checksum', async () => {
    await write(3);
    rewrite((text) => text.replace(`${keyOf(1)}\n`, ''));
    expect((await run(deletes(), [...DELETE(), '--yes'])).code).toBe(0);
    expect(asked[0]?.keys).toEqual([keyOf(0), keyOf(2)]);
  });

  it('waits while a limit holds it up, and says how to go on when the sweeper goes away', async () => {
    await write(1_001);
    let calls = 0;
    const limited: Script = {
      deleteOrphanObjects(request) {
        if (++calls <= 3) throw refusal(status.RESOURCE_EXHAUSTED, 'SWEEP_LIMITED');
        if (request.keys.length === 1) throw refusal(status.UNAVAILABLE, 'STORE_FAILED');
        return { deletedKeys: request.keys, keptKeys: [], leftKeys: [], reason: '' };
      },
    };
    const outcome = await run(limited, [...DELETE(), '--yes']);
    expect(outcome).toMatchObject({ code: 69, output: '' });
    expect(outcome.errors).toMatch(/Deleted 1000 so far; go on with: lethe orphans delete --from/);
  });

  it('believes no answer that does not account for each key', async () => {
    await write(2);
    expect(
      (
        await run(
          deletes(() => ({ deletedKeys: [keyOf(0)] })),
          [...DELETE(), '--yes'],
        )
      ).code,
    ).toBe(70);
  });
});
