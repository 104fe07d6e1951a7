import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteWorkspaceRpc } from '../../apps/workspace-service/src/delete-workspace/delete-workspace.rpc.js';
import { configOf, serviceOf } from '../../apps/workspace-service/src/testing/running-service.js';
import { callerNamed, certificateKey } from '../../apps/workspace-service/src/testing/stories.js';
import {
  addOrganization,
  addUser,
  addWorkspace,
  revoke,
} from '../../apps/workspace-service/src/testing/world.sql.js';
import type { WorkspaceServiceHandle } from '../../apps/workspace-service/src/workspace-service.js';
import { examplesOf, fromGrpcurl, withoutChance, wordsOf, type Example } from './page.js';
import { run } from './run.js';

const PAGE = readFileSync(new URL('../../docs/operating/grpc.md', import.meta.url), 'utf8');
const MIGRATIONS = fileURLToPath(new URL('../../apps/workspace-service/migrations', import.meta.url));
/** The workspaces of the page's story: the first is active, the second deleted, with a member who was revoked since. */
const IDS = ['72088440-3387-4dfb-9bb4-9da961d3f65a', 'b65752f9-22e4-413e-b61b-87dacbd3f804'] as const;

let db: TestDatabase;
let service: WorkspaceServiceHandle;
beforeAll(async () => {
  db = await createTestDatabase(MIGRATIONS);
  await addOrganization(db.pool, 'org1', { graceSeconds: 30 * 86_400 });
  for (const user of ['ann', 'bob', 'cat']) await addUser(db.pool, 'org1', user);
  await addWorkspace(db.pool, 'org1', { ann: 'ADMIN', bob: 'READ' }, IDS[0]);
  await addWorkspace(db.pool, 'org1', { ann: 'ADMIN', cat: 'WRITE' }, IDS[1]);
  const deletion = { caller: callerNamed('ann'), workspaceId: IDS[1], etag: '', idempotencyKey: '' };
  await deleteWorkspaceRpc(db.pool)(deletion);
  await revoke(db.pool, 'cat');
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

const VARIABLES = new Map([
  ['$W', 'lethe.workspace.v1.WorkspaceService'],
  ['$P', 'lethe.workspace.v1.PurgeAuthorityService'],
]);

/** The token of the page before, as the next command of the page has it. */
let nextPageToken = '';

async function answerOf({ caller, call }: Example): Promise<{ output: string; errors: string }> {
  const argv = wordsOf(call)
    .slice(1)
    .map((word) => word.replace('$ADDRESS', service.grpcAddress))
    .map((word) => word.replace(/\$[WP]/, (name) => VARIABLES.get(name) ?? name))
    .map((word) => word.replace(/"pageToken":"[^"]*"/, () => `"pageToken":"${nextPageToken}"`));
  const [output, errors] = [new PassThrough(), new PassThrough()];
  await run(argv, { env: caller === undefined ? {} : { GRPC_TOKEN: caller }, output, errors });
  output.end();
  errors.end();
  const [printed, complained] = await Promise.all([text(output), text(errors)]);
  nextPageToken = /"nextPageToken": "(.*)"/.exec(printed)?.[1] ?? nextPageToken;
  return { output: printed, errors: complained };
}

/** As compared: JSON by its content. */
function comparable(answer: string): unknown {
  const text = withoutChance(answer, IDS);
  return text.startsWith('{') ? JSON.parse(text) : text;
}

const EXAMPLES = examplesOf(PAGE);

describe('docs/operating/grpc.md', () => {
  it('has every command in both forms, with its answer', () => {
    expect(EXAMPLES.length).toBeGreaterThan(10);
    expect(EXAMPLES).toHaveLength(PAGE.match(/^call /gm)!.length);
    expect(EXAMPLES).toHaveLength(PAGE.match(/^grpcurl /gm)!.length);
  });

  it.each(EXAMPLES)('means the same by $grpcurl', ({ grpcurl, call, caller }) => {
    const { words, metadata } = fromGrpcurl(grpcurl);
    expect(words).toEqual(wordsOf(call).slice(1));
    expect(metadata).toBe(caller === undefined ? undefined : 'authorization: Bearer $GRPC_TOKEN');
  });

  // One story: each finds what those before it left.
  it.each(EXAMPLES)('is answered as it says: $call', async (example) => {
    for (let time = 1; time <= example.times; time++) {
      const { output, errors } = await answerOf(example);
      expect(comparable(output || errors), `time ${time}`).toEqual(comparable(example.answer));
    }
  });
});
