import { spawn } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { PurgeAuthorityServiceService, WorkspaceServiceService } from '@lethe/contracts';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configOf, serviceOf } from '../apps/workspace-service/src/testing/running-service.js';
import { certificateKey, softDelete } from '../apps/workspace-service/src/testing/stories.js';
import { addOrganization, addUser, addWorkspace } from '../apps/workspace-service/src/testing/world.sql.js';
import type { WorkspaceServiceHandle } from '../apps/workspace-service/src/workspace-service.js';
import { run } from './grpc/run.js';

const WORKSPACES = 'lethe.workspace.v1.WorkspaceService';
const AUTHORITY = 'lethe.workspace.v1.PurgeAuthorityService';
const migrations = new URL('../apps/workspace-service/migrations', import.meta.url);

let db: TestDatabase;
let service: WorkspaceServiceHandle;
let deleted: string;
beforeAll(async () => {
  db = await createTestDatabase(fileURLToPath(migrations));
  await addOrganization(db.pool, 'org1', { graceSeconds: 3_600 });
  await addUser(db.pool, 'org1', 'ann');
  deleted = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
  await softDelete(db.pool, deleted);
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

/** As the caller of this name, whose token is its name. */
async function as(caller: string | undefined, ...argv: string[]) {
  const [output, errors] = [new PassThrough(), new PassThrough()];
  const env = caller === undefined ? {} : { GRPC_TOKEN: caller };
  const code = await run(argv, { env, output, errors });
  output.end();
  errors.end();
  return { code, output: await text(output), errors: await text(errors) };
}
const call = (caller: string | undefined, method: string, request: object = {}, ...options: string[]) =>
  as(caller, ...options, service.grpcAddress, method, JSON.stringify(request));

describe('tools/grpc-call', () => {
  it('lists the services and their methods, without a token', async () => {
    expect(await as(undefined, service.grpcAddress, 'list')).toEqual({
      code: 0,
      output: `grpc.health.v1.Health\n${AUTHORITY}\n${WORKSPACES}\n`,
      errors: '',
    });
    for (const [name, definition] of [
      [WORKSPACES, WorkspaceServiceService],
      [AUTHORITY, PurgeAuthorityServiceService],
    ] as const) {
      const { output } = await as(undefined, service.grpcAddress, 'list', name);
      const paths = Object.values<{ path: string }>(definition).map(({ path }) =>
        path.slice(1).replace('/', '.'),
      );
      expect(output.trimEnd().split('\n').sort()).toEqual(paths.sort());
    }
  });

  it('checks health, without a token', async () => {
    expect(await call(undefined, 'grpc.health.v1.Health/Check')).toEqual({
      code: 0,
      output: '{\n  "status": "SERVING"\n}\n',
      errors: '',
    });
  });

  it('calls a method, by either spelling of its name', async () => {
    for (const method of [`${AUTHORITY}/ListParticipants`, `${AUTHORITY}.ListParticipants`]) {
      const { code, output, errors } = await call('operator', method);
      expect({ code, errors }).toEqual({ code: 0, errors: '' });
      expect(JSON.parse(output)).toEqual({
        participants: [
          { participant: 'blob-sweeper', givesBlockEvidence: true },
          { participant: 'realm-purge', givesBlockEvidence: true },
        ],
      });
    }
  });

  it('speaks the JSON of protocol buffers: times, enumerations, 64-bit numbers, either spelling of fields', async () => {
    for (const request of [{ workspaceId: deleted }, { workspace_id: deleted }]) {
      const { output } = await call('operator', `${WORKSPACES}/GetDeletion`, request);
      expect(JSON.parse(output)).toMatchObject({
        deletion: {
          workspaceId: deleted,
          epoch: '1',
          state: 'DELETION_STATE_SCHEDULED',
          purgeTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        },
      });
    }
  });

  it('prints what a stream sends as it comes, until the time is over', async () => {
    const request = { workspaceId: deleted };
    const watched = await call('operator', `${WORKSPACES}/WatchDeletion`, request, '--max-time', '1');
    expect(JSON.parse(watched.output)).toMatchObject({ deletion: { workspaceId: deleted } });
    expect(watched).toMatchObject({ code: 68, errors: expect.stringContaining('DEADLINE_EXCEEDED') });
  });

  it.each([
    [undefined, `${AUTHORITY}/ListParticipants`, {}, 80, 'UNAUTHENTICATED', 'UNAUTHENTICATED'],
    ['gateway', `${AUTHORITY}/ListDeletable`, {}, 71, 'PERMISSION_DENIED', 'CALLER_NOT_ALLOWED'],
    [
      'operator',
      `${AUTHORITY}/ListDeletable`,
      { organizationId: 'org9' },
      69,
      'NOT_FOUND',
      'ORGANIZATION_NOT_FOUND',
    ],
    [
      'operator',
      `${AUTHORITY}/ListDeletable`,
      { pageToken: '?' },
      67,
      'INVALID_ARGUMENT',
      'INVALID_ARGUMENT',
    ],
  ])('as %s calling %s, prints why it is refused', async (caller, method, request, code, status, reason) => {
    const refused = await call(caller, method, request);
    expect(refused).toMatchObject({ code, output: '' });
    expect(refused.errors).toMatch(new RegExp(`^ERROR:\n  Code: ${status}\n  Message: .+\n  Details:\n`));
    const detail = JSON.parse(/1\) (.*)\n/.exec(refused.errors)?.[1] ?? '') as unknown;
    expect(detail).toEqual({
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      domain: 'lethe',
      reason,
    });
  });

  it('sends nothing that the server does not know', async () => {
    const unknown = await call('operator', `${AUTHORITY}/ListDeletable`, { organisationId: 'org1' });
    expect(unknown).toMatchObject({ code: 1, output: '', errors: expect.stringContaining('organisationId') });
    expect(await call('operator', `${AUTHORITY}/Nothing`)).toMatchObject({
      code: 1,
      errors: `${AUTHORITY} has no method Nothing\n`,
    });
    expect(await call('operator', 'Nothing/Nothing')).toMatchObject({ code: 1, output: '' });
    expect(await as('operator', '127.0.0.1:1', 'list')).toMatchObject({ code: 1, output: '' });
  });

  it.each([[[]], [['127.0.0.1:1']], [['a', 'b', 'c', 'd']], [['--force', 'a', 'b']]])(
    'tells its usage for %j',
    async (argv) => {
      const outcome = await as('operator', ...argv);
      expect(outcome).toMatchObject({ code: 2, output: '' });
      expect(outcome.errors).toMatch(/^Usage: /);
    },
  );

  it('runs as documented', async () => {
    const script = fileURLToPath(new URL('grpc-call.ts', import.meta.url));
    const node = ['--import', 'tsx', '--conditions', '@lethe/source', script];
    const child = spawn(process.execPath, [...node, service.grpcAddress, `${AUTHORITY}/ListParticipants`], {
      env: { ...process.env, GRPC_TOKEN: 'gateway' },
    });
    const [code, errors] = await Promise.all([
      new Promise((resolve) => child.once('close', resolve)),
      text(child.stderr),
    ]);
    expect(code).toBe(71);
    expect(errors).toContain('CALLER_NOT_ALLOWED');
  });
});
