import { fileURLToPath } from 'node:url';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lethe } from '../../apps/cli/src/testing/run-lethe.js';
import { configOf, serviceOf } from '../../apps/workspace-service/src/testing/running-service.js';
import { byOperator, certificateKey, softDelete } from '../../apps/workspace-service/src/testing/stories.js';
import {
  addOrganization,
  addUser,
  addWorkspace,
  revoke,
} from '../../apps/workspace-service/src/testing/world.sql.js';
import type { WorkspaceServiceHandle } from '../../apps/workspace-service/src/workspace-service.js';

/** The operators' command meets the service that it is made for, and not a script of it. */
let db: TestDatabase;
let service: WorkspaceServiceHandle;
beforeAll(async () => {
  db = await createTestDatabase(
    fileURLToPath(new URL('../../apps/workspace-service/migrations', import.meta.url)),
  );
  await addOrganization(db.pool, 'org1', { mode: 'manual' });
  await addOrganization(db.pool, 'org2', { mode: 'manual' });
  for (const user of ['ann', 'bob']) await addUser(db.pool, 'org1', user);
  await addUser(db.pool, 'org2', 'eve');
  const { json } = await certificateKey();
  const servers = {
    databaseUrl: db.url,
    natsUrl: serverVariable('NATS_URL'),
    natsToken: process.env['NATS_TOKEN'],
    certificateKey: json,
  };
  service = serviceOf(configOf(servers));
  await service.start();
});
afterAll(async () => {
  await service.stop();
  await db.drop();
});

const as = (name: string, ...argv: string[]) =>
  lethe(argv, {
    env: { WORKSPACE_SERVICE_ADDRESS: service.grpcAddress, GRPC_TOKEN: 'operator', LETHE_OPERATOR: name },
  });
const jsonOf = async <T>(outcome: Promise<{ output: string }>) => JSON.parse((await outcome).output) as T;

async function deletedWorkspace(members: Parameters<typeof addWorkspace>[2], organization = 'org1') {
  const id = await addWorkspace(db.pool, organization, members);
  await softDelete(db.pool, id);
  return id;
}

describe('an operator', () => {
  it('holds a workspace, sees the hold, and releases it', async () => {
    const id = await deletedWorkspace({ ann: 'ADMIN' });
    const why = ['--origin', 'court', '--reason', 'case 12'];
    const placed = await jsonOf<{ hold_id: string }>(as('cy', 'hold', 'place', id, ...why, '--json'));
    expect(placed).toMatchObject({
      workspace_id: id,
      placed_by: 'cy',
      by_operator: true,
      release_time: null,
    });
    expect(await jsonOf(as('cy', 'hold', 'place', id, ...why, '--json'))).toEqual(placed);
    expect(await as('cy', 'hold', 'place', id, '--origin', 'court', '--reason', 'another')).toMatchObject({
      code: 1,
      output: '',
      errors: expect.stringMatching(/^lethe: .+ another reason/),
    });
    expect((await byOperator(db.pool, 'org1', id)).kind).toBe('held');

    const released = await as('dee', 'hold', 'release', '--workspace', id, '--origin', 'court');
    expect(released).toMatchObject({ code: 0, output: expect.stringMatching(/, released\n.*by dee\n$/s) });
    expect(await as('dee', 'hold', 'release', placed.hold_id)).toMatchObject({ code: 1, output: '' });
    expect(await jsonOf(as('dee', 'hold', 'list', id, '--json'))).toMatchObject([
      { hold_id: placed.hold_id, placed_by: 'cy', released_by: 'dee' },
    ]);
    expect((await byOperator(db.pool, 'org1', id)).kind).toBe('granted');
    expect(await as('cy', 'hold', 'place', id, ...why)).toMatchObject({ code: 1, output: '' });
  });

  it('restores a workspace after its time, and learns who stays out', async () => {
    const id = await deletedWorkspace({ ann: 'ADMIN', bob: 'READ' });
    await revoke(db.pool, 'bob');
    const restored = await as('cy', 'restore', id.replaceAll('-', ''));
    await revoke(db.pool, 'bob', null);
    expect(restored).toEqual({
      code: 0,
      output:
        `Restored workspace ${id} of organization org1 with 1 member\n` +
        'Stay out, because they were revoked meanwhile:\n  bob\n',
      errors: '',
    });
    expect(await as('cy', 'restore', id)).toMatchObject({ code: 1, output: '' });
    expect(await as('cy', 'restore', '00000000-0000-4000-8000-000000000000')).toEqual({
      code: 1,
      output: '',
      errors: 'lethe: Workspace not found\n',
    });
  });

  it('lists deletions, each once, by organization and state', async () => {
    const ids = await Promise.all(
      Array.from({ length: 5 }, () => deletedWorkspace({ eve: 'ADMIN' }, 'org2')),
    );
    await byOperator(db.pool, 'org2', ids[0]);
    const list = (...argv: string[]) =>
      jsonOf<{ workspace_id: string; organization_id: string; state: string }[]>(
        as('cy', 'deletion', 'list', '--json', ...argv),
      );
    const ofOrg2 = await list('--organization', 'org2');
    expect(ofOrg2.map((deletion) => deletion.workspace_id).sort()).toEqual([...ids].sort());
    expect(await list('--organization', 'org2', '--state', 'purging')).toMatchObject([
      { workspace_id: ids[0], state: 'purging' },
    ]);
    expect(new Set((await list()).map((deletion) => deletion.organization_id))).toEqual(
      new Set(['org1', 'org2']),
    );
    const some = await as('cy', 'deletion', 'list', '--organization', 'org2', '--limit', '2');
    expect(some).toMatchObject({ code: 0, errors: expect.stringContaining('there may be more') });
    expect(some.output.split('\n')).toHaveLength(3);
    expect(await as('cy', 'deletion', 'list', '--organization', 'org9')).toEqual({
      code: 1,
      output: '',
      errors: 'lethe: Organization not found\n',
    });
  });
});
