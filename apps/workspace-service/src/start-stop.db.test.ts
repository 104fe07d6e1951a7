import { fileURLToPath } from 'node:url';
import { Client, Metadata, credentials } from '@grpc/grpc-js';
import { STREAMS, WorkspaceServiceService } from '@lethe/contracts';
import { createMessaging } from '@lethe/messaging';
import { createRelay } from '@lethe/outbox';
import { createListener } from '@lethe/postgres';
import { createAdminServer, createGrpcServer, createLoop } from '@lethe/service';
import { createLogger, createMetrics } from '@lethe/telemetry';
import { createTestDatabase, serverVariable, stressStartStop, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config } from './config.js';
import { clientsOf, configOf, serviceOf } from './testing/running-service.js';
import { certificateKey, softDelete } from './testing/stories.js';
import { addOrganization, addUser, addWorkspace } from './testing/world.sql.js';
import { createWatchers } from './watch-deletion/watchers.js';

const [logger, metrics] = [createLogger('test', 'silent'), createMetrics('test')];
const AWAY = 'nats://127.0.0.1:1';
let db: TestDatabase;
let config: Config;
const messagingTo = (servers: string) =>
  createMessaging({
    servers,
    token: config.natsToken,
    clientName: 'test',
    streams: STREAMS,
    replicas: 1,
    logger,
  });
beforeAll(async () => {
  db = await createTestDatabase(fileURLToPath(new URL('../migrations', import.meta.url)));
  config = configOf({
    databaseUrl: db.url,
    natsUrl: serverVariable('NATS_URL'),
    natsToken: process.env['NATS_TOKEN'],
    certificateKey: (await certificateKey()).json,
  });
});
afterAll(() => db.drop());

describe('start and stop are a contract, kept by', () => {
  const runOnce = () => Promise.resolve({ counts: {} });
  const nowhere = () => Object.assign(new URL(db.url), { port: '1' }).href;
  it.each<[string, () => { name: string; start(): Promise<void>; stop(): Promise<void> }]>([
    ['a loop', () => createLoop({ name: 'l', intervalMs: 1_000, runOnce, logger, metrics })],
    ['the admin server', () => createAdminServer('127.0.0.1:0', metrics, {})],
    ['the watchers', () => createWatchers()],
    ['the gRPC server', () => createGrpcServer('grpc', '127.0.0.1:0', [])],
    ['a listener', () => createListener(db.url, 'c', () => undefined, logger)],
    ['a listener without a database', () => createListener(nowhere(), 'c', () => undefined, logger)],
    ['messaging', () => messagingTo(config.natsUrl)],
    ['messaging without NATS', () => messagingTo(AWAY)],
    [
      'the relay',
      () =>
        createRelay({ pool: db.pool, databaseUrl: db.url, messaging: messagingTo(AWAY), logger, metrics }),
    ],
  ])('%s', async (_, create) => {
    // The shared pool's own connections are none of the component's.
    await Promise.all(Array.from({ length: 10 }, () => db.pool.query('select pg_sleep(0.1)')));
    await stressStartStop(create);
  });

  it('the service, with NATS and without', async () => {
    await stressStartStop(() => serviceOf(config));
    await stressStartStop(() => serviceOf({ ...config, natsUrl: AWAY }));
  });
});

describe('the service', () => {
  it('does not start with a certificate key that is none, and leaves nothing running', async () => {
    const service = serviceOf({ ...config, certificateKey: 'null' });
    await expect(service.start()).rejects.toThrow(/JSON Web Key/);
    await expect(fetch(`http://${service.adminAddress}/healthz`)).rejects.toThrow();
    await service.stop();
  });

  it('answers health and reflection to everybody, and readiness on the admin port', async () => {
    const service = serviceOf(config);
    await service.start();
    const client = new Client(service.grpcAddress, credentials.createInsecure());
    const raw = (bytes: Buffer) => bytes;
    const health = await new Promise<Buffer | undefined>((resolve, reject) =>
      client.makeUnaryRequest(
        '/grpc.health.v1.Health/Check',
        raw,
        raw,
        Buffer.alloc(0),
        new Metadata(),
        (error, answer) => (error ? reject(error) : resolve(answer)),
      ),
    );
    expect(health).toEqual(Buffer.from([0x08, 0x01])); // SERVING
    const stream = client.makeBidiStreamRequest(
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      raw,
      raw,
    );
    const listed = new Promise<Buffer>((resolve, reject) => stream.on('data', resolve).on('error', reject));
    stream.write(Buffer.from([0x3a, 0x01, 0x2a])); // list_services: "*"
    expect((await listed).toString('latin1')).toContain(
      Object.values(WorkspaceServiceService)[0]!.path.split('/')[1],
    );
    stream.end();
    client.close();
    expect(await (await fetch(`http://${service.adminAddress}/readyz`)).text()).toBe('ready\n');
    await service.stop();
  });

  it('lets a call under way finish, ends watchers, and refuses new calls when it stops', async () => {
    await addOrganization(db.pool, 'org1');
    await addUser(db.pool, 'org1', 'ann');
    const workspaceId = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
    await softDelete(db.pool, workspaceId);
    const service = serviceOf(config);
    await service.start();
    const [gateway, operator] = [
      clientsOf(service.grpcAddress, 'gateway'),
      clientsOf(service.grpcAddress, 'operator'),
    ];
    const watch = operator.workspaces.stream((c) => c.watchDeletion.bind(c), {
      workspaceId,
      caller: undefined,
      lastEventId: '',
    });
    const ended = new Promise((resolve) => watch.on('error', resolve).on('end', resolve));
    await new Promise((resolve) => watch.once('data', resolve));
    const list = () =>
      gateway.workspaces.unary((c) => c.listWorkspaces.bind(c), {
        ...{ pageSize: 0, pageToken: '', onlyDeleted: false },
        caller: { userId: 'ann', organizationId: 'org1' },
      });
    await list();
    const lock = await db.pool.connect();
    await lock.query('begin');
    await lock.query('lock table workspace in access exclusive mode');
    const underWay = list();
    for (let waiting = 0; waiting === 0;)
      waiting =
        (await lock.query(`select from pg_locks where not granted and relation = 'workspace'::regclass`))
          .rowCount ?? 0;
    const stopped = service.stop();
    await lock.query('commit');
    lock.release();
    expect(await underWay).toEqual({ workspaces: [], nextPageToken: '' });
    await stopped;
    await ended;
    await expect(list()).rejects.toMatchObject({ code: 14 });
    [gateway, operator].forEach((clients) => clients.close());
  });
});
