import { Client, credentials, Metadata } from '@grpc/grpc-js';
import {
  BlobSweeperServiceService,
  PurgeAuthorityServiceService,
  RealmPurgeServiceService,
  RealmServiceService,
  WorkspaceServiceService,
} from '@lethe/contracts';
import { createGrpcServer, type GrpcServer } from '@lethe/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Reflection } from './reflection.js';

const DEFINITIONS = [
  ...[WorkspaceServiceService, PurgeAuthorityServiceService, RealmServiceService],
  ...[RealmPurgeServiceService, BlobSweeperServiceService],
];
const pathsOf = (definition: object) =>
  Object.values(definition as Record<string, { path: string }>).map(({ path }) => path);
const HEALTH = 'grpc.health.v1.Health';
const SERVICES = DEFINITIONS.map((definition) => pathsOf(definition)[0]?.split('/')[1] ?? '');

let server: GrpcServer;
let client: Client;
beforeAll(async () => {
  const served = DEFINITIONS.map((definition) => ({ definition: { ...definition }, implementation: {} }));
  server = createGrpcServer('grpc', '127.0.0.1:0', served);
  await server.start();
  client = new Client(server.address, credentials.createInsecure());
});
afterAll(async () => {
  client.close();
  await server.stop();
});

const reflection = () => new Reflection(client, new Metadata(), Date.now() + 5_000);

describe('reflection', () => {
  it('lists what is served, and health', async () => {
    expect(await reflection().listServices()).toEqual([...SERVICES, HEALTH].sort());
  });

  // A client that checks, as grpcurl, refuses a file whose types come from a file that it does not import.
  it.each([...SERVICES, HEALTH, 'google.rpc.ErrorInfo'])('tells all that %s needs', async (symbol) => {
    const files = await reflection().filesOf(symbol);
    const [name] = [files.getService(symbol), files.getMessage(symbol)].flatMap((found) =>
      found ? [found.typeName] : [],
    );
    expect(name).toBe(symbol);
  });

  it('tells every method, and which field may be left out', async () => {
    const files = await reflection().filesOf('lethe.workspace.v1.WorkspaceService');
    const service = files.getService('lethe.workspace.v1.WorkspaceService')!;
    expect(service.methods.map(({ name }) => `/${service.typeName}/${name}`).sort()).toEqual(
      pathsOf(WorkspaceServiceService).sort(),
    );
    const update = files.getMessage('lethe.workspace.v1.UpdateWorkspaceRequest')!;
    expect(update.fields.filter(({ proto }) => proto.proto3Optional).map(({ name }) => name)).toEqual([
      'name',
      'is_default',
    ]);
  });

  it('says what it does not know', async () => {
    await expect(reflection().filesOf('lethe.workspace.v1.Nothing')).rejects.toThrow(/Symbol not found/);
  });
});
