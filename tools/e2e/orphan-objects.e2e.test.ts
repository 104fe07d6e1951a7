import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CreateMultipartUploadCommand, DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { createFaultProxy, type FaultProxy } from '@lethe/object-store/testing';
import { eventually, serverVariable } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listStored, listUnfinished } from '../system/bucket-listing.js';
import { expectOk } from '../system/rest.js';
import { putObjects } from '../system/world.js';
import { seedControlledWorld, type ControlledWorld } from './controls.js';
import { FOUR_ZEROS, startTrial, type Trial } from './trial.js';

const LETHE = join(import.meta.dirname, '../../apps/cli/dist/main.js');
const run = promisify(execFile);
const MONTH_MS = 30 * 86_400_000;

let trial: Trial;
let world: ControlledWorld;
let proxy: FaultProxy;
let files: string;
/** Keys whose versions and uploads the sweeper sees as a month older than they are: no store lets anybody set that. */
const aged = new Set<string>();
const older = (body: string) =>
  body.replace(/<(Version|DeleteMarker|Upload)>.*?<\/\1>/gs, (item) => {
    const key = /<Key>([^<]*)<\/Key>/.exec(item)?.[1] ?? '';
    const back = (time: string) => new Date(Date.parse(time) - MONTH_MS).toISOString();
    return aged.has(key) ? item.replace(/(?<=<(?:LastModified|Initiated)>)[^<]*/, back) : item;
  });

beforeAll(async () => {
  proxy = await createFaultProxy(serverVariable('S3_ENDPOINT'));
  proxy.fault = ({ operation }) =>
    operation === 'ListObjectVersions' || operation === 'ListMultipartUploads'
      ? { kind: 'rewrite', rewrite: older }
      : undefined;
  // Long enough for a purge to be under way while stores are compared.
  const settings = { UPLOAD_QUARANTINE_SECONDS: '8' };
  trial = await startTrial({ versioning: true, settings, s3Endpoint: proxy.endpoint });
  world = await seedControlledWorld(trial, 300);
  files = await mkdtemp(join(tmpdir(), 'lethe-e2e-orphans-'));
});
afterAll(async () => {
  await trial.stop();
  await proxy.close();
  await rm(files, { recursive: true, force: true });
});

const lethe = (...args: string[]) =>
  run(process.execPath, [LETHE, 'orphans', ...args], { env: { ...trial.system.operatorEnv } }).then(
    ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
    (error: unknown) => error as { code: number; stdout: string; stderr: string },
  );
const list = (file: string, ...more: string[]) =>
  lethe('list', '--organization', 'org1', '--store', 'primary', '--output', join(files, file), ...more);
const remove = (file: string) => lethe('delete', '--from', join(files, file), '--by', 'ann', '--yes');
const keysIn = async (file: string) =>
  (await readFile(join(files, file), 'utf8')).split('\n').filter((line) => line && !line.startsWith('#'));
const uploadsIn = async (file: string) =>
  (await keysIn(file)).flatMap((line) => /^(.*) unfinished upload$/.exec(line)?.[1] ?? []);
const ids = (count: number) => Array.from({ length: count }, () => randomUUID() as string).sort();
const keysOf = (organization: string, some: readonly string[]) => some.map((id) => `${organization}/${id}`);
async function orphansOf(organization: string, some: readonly string[], isOld: boolean): Promise<string[]> {
  await putObjects(trial, organization, some);
  const keys = keysOf(organization, some);
  if (isOld) for (const key of keys) aged.add(key);
  return keys;
}
async function begin(organization: string, some: readonly string[], isOld: boolean): Promise<string[]> {
  const keys = keysOf(organization, some);
  for (const Key of keys)
    await trial.admin.send(new CreateMultipartUploadCommand({ Bucket: trial.bucket, Key }));
  if (isOld) for (const key of keys) aged.add(key);
  return keys;
}

describe('objects that no realm knows', () => {
  it('are listed, reviewed and deleted, and nothing else is', { timeout: 180_000 }, async () => {
    const [late] = ids(1) as [string];
    const orphans = await orphansOf('org1', ids(12), true);
    const young = await orphansOf('org1', ids(3), false);
    const foreign = await orphansOf('org10', ids(4), true);
    const [registered] = (await orphansOf('org1', [late], true)) as [string];
    const marked = { Bucket: trial.bucket, Key: orphans[0] };
    await trial.admin.send(new PutObjectCommand({ ...marked, Body: 'a second version' }));
    await trial.admin.send(new DeleteObjectCommand(marked));
    for (const { blocks, organizationId } of world.expectations)
      for (const key of keysOf(organizationId, blocks)) aged.add(key);

    // A purge is under way: its rows are a fenced realm's, and its objects are there still.
    const { workspaceId } = world.doomed;
    await expectOk(world.admin('DELETE', `/workspace/${workspaceId}`));
    await eventually('the realm is fenced', async () => {
      const { rowCount } = await trial.pools.realm.query(
        `select from realm where realm_id = $1 and state <> 'active'`,
        [workspaceId],
      );
      return rowCount === 1;
    });
    const listed = await list('first.txt');
    expect(listed, listed.stderr).toMatchObject({ code: 0 });
    expect(await keysIn('first.txt')).toEqual([...orphans, registered].sort());

    // One of them is registered before the order is given.
    const live = world.expectations.find(
      ({ workspaceId: id, fate }) => fate === 'lives' && id !== workspaceId,
    )!;
    await new Promise<void>((resolve, reject) => {
      const { realms } = trial.system;
      const call = realms.client.registerBlocks(realms.metadata(), (error) =>
        error ? reject(error) : resolve(),
      );
      const realm = { organizationId: 'org1', realmId: live.workspaceId };
      call.write({ ...realm, blocks: [{ blockId: late, sizeBytes: 1 }] });
      call.end();
    });
    const removed = await remove('first.txt');
    expect(removed).toMatchObject({ code: 0, stdout: expect.stringContaining('Deleted 12 of 13') as string });

    const stored = await listStored({ s3: trial.admin, bucket: trial.bucket });
    expect(orphans.filter((key) => stored.anything.has(key))).toEqual([]);
    for (const key of [...young, ...foreign, registered]) expect(stored.live).toContain(key);
    await trial.purged(workspaceId);
    const expectations = world.expectations.map((expected) =>
      expected === live ? { ...live, blocks: [...live.blocks, late] } : expected,
    );
    expect(await trial.oracle(expectations)).toEqual(FOUR_ZEROS);
  });

  it('stay away when the order is repeated, and leave no id condemned', async () => {
    expect((await remove('first.txt')).stdout).toContain('Deleted 12 of 13');
    const { rows } = await trial.pools.realm.query('select from condemned_block where pardon_time is null');
    expect(rows).toEqual([]);
    expect(await list('second.txt')).toMatchObject({ code: 0 });
    expect(await keysIn('second.txt')).toEqual([]);
  });

  it('are unfinished uploads too, which go by the same order', async () => {
    const [taken = '', ...unfinished] = await begin('org1', ids(4), true);
    const live = world.expectations.find(
      ({ organizationId, fate }) => organizationId === 'org1' && fate === 'lives',
    )!;
    const kept = [
      ...(await begin('org1', ids(2), false)),
      ...(await begin('org1', live.blocks.slice(0, 2), true)),
      ...(await begin('org10', ids(2), true)),
    ];
    const listed = await list('uploads.txt');
    expect(listed, listed.stderr).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/of these unfinished uploads +4,/) as string,
    });
    expect(await uploadsIn('uploads.txt')).toEqual([taken, ...unfinished]);
    expect(await keysIn('uploads.txt')).toHaveLength(4);

    // One of them has an object by the time the order is given.
    await trial.admin.send(new PutObjectCommand({ Bucket: trial.bucket, Key: taken, Body: 'x' }));
    const removed = await remove('uploads.txt');
    expect(removed).toMatchObject({ code: 0, stdout: expect.stringContaining('Deleted 3 of 4') as string });
    const unfinishedNow = await listUnfinished({ s3: trial.admin, bucket: trial.bucket });
    expect([...unfinishedNow].sort()).toEqual([...kept, taken].sort());
    const stored = await listStored({ s3: trial.admin, bucket: trial.bucket });
    expect(stored.live).toContain(taken);
  });

  it('are told apart from rows without an object, which an operator must know of', async () => {
    const live = world.expectations.find(
      ({ organizationId, fate }) => fate === 'lives' && organizationId === 'org10',
    )!;
    const key = `org10/${live.blocks[0]}`;
    await trial.admin.send(new DeleteObjectCommand({ Bucket: trial.bucket, Key: key }));
    const outcome = await lethe(
      ...['list', '--organization', 'org10', '--store', 'primary', '--output', join(files, 'third.txt')],
    );
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toContain(key);
  });

  it('are not looked for where nothing could be concluded', async () => {
    const nowhere = ['--output', join(files, 'nowhere.txt')];
    for (const [organization, store] of [
      ['org2', 'primary'],
      ['org1', 'second'],
    ] as const)
      expect((await lethe('list', '--organization', organization, '--store', store, ...nowhere)).code).toBe(
        1,
      );
    await trial.system.services['realm-purge'].stop();
    expect((await list('nowhere.txt')).code).toBe(69);
    expect((await remove('first.txt')).code).toBe(69);
    await expect(readFile(join(files, 'nowhere.txt'))).rejects.toThrow();
  });
});
