import { createHash, randomUUID } from 'node:crypto';
import { Metadata, credentials, status } from '@grpc/grpc-js';
import { BlobSweeperServiceClient, Versioning } from '@lethe/contracts';
import { createTestBucket, type TestBucket } from '@lethe/object-store/testing';
import { refusalOf } from '@lethe/outcome';
import { createGrpcCaller } from '@lethe/service';
import { createLogger } from '@lethe/telemetry';
import {
  createTestDatabase,
  eventually,
  serverVariable,
  stressStartStop,
  type TestDatabase,
} from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBlobSweeper, type BlobSweeperHandle } from './blob-sweeper.js';
import { readConfig } from './config.js';
import { markReported, recordEnd } from './sweep/end.sql.js';
import { recordPage } from './sweep/ledger.sql.js';
import { CALLERS, MIGRATIONS, tokenOf } from './testing/world.js';
import { blockedSince } from './testing/world.sql.js';

const logger = createLogger('test', 'silent');
let database: TestDatabase;
let bucket: TestBucket;
let sweeper: BlobSweeperHandle;

const environment = () => ({
  DATABASE_URL: database.url,
  NATS_URL: serverVariable('NATS_URL'),
  NATS_TOKEN: process.env['NATS_TOKEN'],
  GRPC_CALLERS: CALLERS,
  GRPC_LISTEN: '127.0.0.1:0',
  ADMIN_LISTEN: '127.0.0.1:0',
  WORKSPACE_SERVICE_ADDRESS: '127.0.0.1:9',
  GRPC_TOKEN: 'token',
  STORE_ID: bucket.id,
  S3_ENDPOINT: serverVariable('S3_ENDPOINT'),
  S3_REGION: 'us-east-1',
  S3_BUCKET: bucket.name,
  S3_ACCESS_KEY_ID: bucket.options().accessKeyId,
  S3_SECRET_ACCESS_KEY: bucket.options().secretAccessKey,
  S3_FORCE_PATH_STYLE: 'true',
});
beforeAll(async () => {
  database = await createTestDatabase(MIGRATIONS);
  bucket = await createTestBucket(serverVariable);
  sweeper = createBlobSweeper(readConfig(environment()), { logger });
  await sweeper.start();
});
afterAll(async () => {
  await sweeper.stop();
  bucket.close();
  await database.drop();
});

async function calling<T>(caller: string, call: (c: ReturnType<typeof connect>) => Promise<T>): Promise<T> {
  const connection = connect(caller);
  try {
    return await call(connection);
  } finally {
    connection.close();
  }
}
const connect = (caller: string) =>
  createGrpcCaller(BlobSweeperServiceClient, sweeper.grpcAddress, tokenOf(caller));
const getSweep = (realmId: string, caller = 'operator') =>
  calling(caller, (c) => c.unary((client) => client.getSweep, { realmId }));
const list = (request: { realmId?: string; pageSize?: number; pageToken?: string }, caller = 'operator') =>
  calling(caller, (c) =>
    c.unary((client) => client.listBlockedPages, { realmId: '', pageSize: 0, pageToken: '', ...request }),
  );
const probe = (caller: string) => calling(caller, (c) => c.unary((client) => client.probeStores, {}));
const setLimit = (store: string, blocksPerSecond: number, setBy = 'operator-1', caller = 'operator') =>
  calling(caller, (c) => c.unary((client) => client.setSweepLimit, { store, blocksPerSecond, setBy }));
const limits = async (caller = 'operator') =>
  (await calling(caller, (c) => c.unary((client) => client.listSweepLimits, {}))).limits;
const record = (realmId: string, page: number, state: 'verified' | 'blocked', epoch = 3) =>
  recordPage(database.pool, {
    realm_id: realmId,
    epoch,
    page_no: page,
    organization_id: 'org1',
    rows: 10,
    swept: 8,
    row_digest: createHash('sha256').update(`${page}`).digest(),
    cut: 1,
    state,
    stores: ['primary'],
    outcomes: [],
    blocks_left: state === 'blocked' ? page + 1 : 0,
    reason: state === 'blocked' ? 'primary: AccessDenied' : null,
    blocked_until: null,
  });

describe('GetSweep', () => {
  it('sums the ledger of the newest epoch', async () => {
    const realm = randomUUID();
    await record(realm, 0, 'verified', 2);
    for (const page of [0, 1]) await record(realm, page, 'verified');
    await record(realm, 2, 'blocked');
    const sums = { epoch: 3, pagesVerified: 2, pagesBlocked: 1, blocksSwept: 16, blocksRetained: 4 };
    expect((await getSweep(realm)).sweep).toMatchObject({ ...sums, realmId: realm, organizationId: 'org1' });
    expect((await getSweep(realm.toUpperCase())).sweep?.reportTime).toBeUndefined();
    await recordEnd(database.pool, realm, 3, 3);
    expect((await getSweep(realm)).sweep?.reportTime).toBeUndefined();
    await markReported(database.pool, { realm_id: realm, epoch: 3, pages: 3 });
    expect((await getSweep(realm)).sweep?.reportTime).toBeInstanceOf(Date);
  });

  it.each([randomUUID(), '', 'x', `${randomUUID()} `, 'x'.repeat(100_000), "'; drop table swept_page; --"])(
    'knows no such realm: %#',
    async (realm) => {
      await expect(getSweep(realm)).rejects.toMatchObject({ code: status.NOT_FOUND });
    },
  );
});

describe('ListSweptPages', () => {
  const swept = (realmId: string, request: { epoch?: number; pageSize?: number; pageToken?: string } = {}) =>
    calling('operator', (c) =>
      c.unary((client) => client.listSweptPages, {
        realmId,
        epoch: 0,
        pageSize: 0,
        pageToken: '',
        ...request,
      }),
    );

  it('lists the verified pages of the newest epoch in page order, each once', async () => {
    const realm = randomUUID();
    await record(realm, 0, 'verified', 2);
    for (const page of [4, 0, 2, 1]) await record(realm, page, 'verified');
    await record(realm, 3, 'blocked');
    const first = await swept(realm, { pageSize: 2 });
    await record(realm, 0, 'verified', 4); // what was begun goes on
    const rest = await swept(realm, { pageSize: 2, pageToken: first.nextPageToken });
    expect([first.epoch, rest.epoch, rest.nextPageToken]).toEqual([3, 3, '']);
    const pages = [...first.pages, ...rest.pages];
    expect(pages.map(({ page }) => page)).toEqual([0, 1, 2, 4]);
    expect(pages[3]).toEqual({
      page: 4,
      rows: 10,
      swept: 8,
      rowDigest: createHash('sha256').update('4').digest(),
      sweepTime: expect.any(Date) as Date,
      stores: ['primary'],
    });
    expect((await swept(realm)).epoch).toBe(4);
    expect((await swept(realm.toUpperCase(), { epoch: 2 })).pages).toHaveLength(1);
  });

  it('knows nothing of what was never swept, and lists nothing of what is blocked only', async () => {
    const realm = randomUUID();
    await record(realm, 0, 'blocked');
    expect(await swept(realm)).toMatchObject({ epoch: 3, pages: [] });
    await expect(swept(realm, { epoch: 2 })).rejects.toMatchObject({ code: status.NOT_FOUND });
    for (const none of [randomUUID(), '', "'"])
      await expect(swept(none)).rejects.toMatchObject({ code: status.NOT_FOUND });
  });

  it.each([
    { pageSize: 1001 },
    { pageSize: -1 },
    { epoch: -1 },
    { pageToken: 'x' },
    { pageToken: '0/1' },
    { epoch: 2, pageToken: '3/1' },
  ])('refuses %o', async (request) => {
    await expect(swept(randomUUID(), request)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  });
});

describe('ListBlockedPages', () => {
  it('lists those that wait longest first, page by page, each once', async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    await record(second, 0, 'verified');
    const inTurn = [
      [second, 3],
      [second, 1],
      [first, 2],
      [first, 0],
    ] as const;
    for (const [i, [realm, page]] of inTurn.entries()) {
      await record(realm, page, 'blocked');
      await blockedSince(database.pool, realm, page, new Date(Date.UTC(2020, 0, 1, 0, 0, 0, i >> 1)));
    }
    await record(second, 3, 'blocked'); // tried again: it keeps its place
    // Two of each time: then by realm and page.
    const inOrder = [
      [second, 1],
      [second, 3],
      [first, 0],
      [first, 2],
    ];
    const seen: unknown[] = [];
    let pageToken = '';
    do {
      const answer = await list({ pageSize: 3, pageToken });
      for (const { realmId, page } of answer.pages)
        if (realmId === first || realmId === second) seen.push([realmId, page]);
      pageToken = answer.nextPageToken;
    } while (pageToken !== '');
    expect(seen).toEqual(inOrder);
    const one = await list({ realmId: second });
    expect(one.pages).toHaveLength(2);
    expect(one.nextPageToken).toBe('');
    expect(one.pages[0]).toMatchObject({
      blocksLeft: 2,
      reason: 'primary: AccessDenied',
      epoch: 3,
      since: expect.any(Date),
    });
  });

  it.each([
    [{ pageSize: -1 }],
    [{ pageSize: 1_001 }],
    [{ pageSize: 2 ** 31 - 1 }],
    [{ realmId: 'x' }],
    [{ realmId: 'x'.repeat(100_000) }],
    [{ pageToken: 'x' }],
    [{ pageToken: '1/2/3/4' }],
    [{ pageToken: `1/${randomUUID()}/-1/4` }],
    [{ pageToken: `1/${randomUUID()}/3/4/5` }],
    [{ pageToken: `999999999999999/${randomUUID()}/3/4` }],
    [{ pageToken: `//${randomUUID()}` }],
  ])('refuses what it cannot mean: %#', async (request) => {
    await expect(list(request)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  });
});

describe('ProbeStores', () => {
  it.each(['operator', 'gateway'])('tells the %s what the store says of itself', async (caller) => {
    const { stores } = await probe(caller);
    expect(stores).toEqual([
      {
        name: 'primary',
        reachable: true,
        versioning: Versioning.NONE,
        objectLock: false,
        mayRefuse: [],
        probeTime: expect.any(Date),
      },
    ]);
  });
});

describe('SetSweepLimit and ListSweepLimits', () => {
  it('set, set anew, list and remove, with who and when', async () => {
    expect(await limits()).toEqual([]);
    const { limit: first } = await setLimit('primary', 1);
    const by = { store: 'primary', setBy: 'operator-1', setTime: expect.any(Date) };
    expect(first).toEqual({ ...by, blocksPerSecond: 1 });
    const { limit: second } = await setLimit('primary', 1_000_000_000, 'Zoë Ångström');
    expect(second).toMatchObject({ blocksPerSecond: 1_000_000_000, setBy: 'Zoë Ångström' });
    expect(await limits()).toEqual([second]);
    for (let n = 0; n < 2; n++) expect(await setLimit('primary', 0)).toEqual({ limit: undefined });
    expect(await limits()).toEqual([]);
  });

  it.each(['second', 'Primary', '', 'primary ', '\0', 'x'.repeat(100_000)])(
    'know no store of another name: %#',
    async (store) => {
      for (const rate of [0, 5])
        expect(await setLimit(store, rate).then(() => undefined, refusalOf)).toMatchObject({
          reason: 'STORE_NOT_FOUND',
        });
      expect(await limits()).toEqual([]);
    },
  );

  it.each([
    [-1, 'operator-1'],
    [1e9 + 1, 'operator-1'],
    [Number.MAX_SAFE_INTEGER, 'operator-1'],
    [5, ''],
    [0, ''],
    [5, ' '],
    [5, 'x'.repeat(129)],
    [5, 'a\n'],
    [5, 'a\0'],
    [5, '\u009b31m'],
    [5, 'a\u202eb'],
  ])('refuse %d a second, and who set it may not be %j', async (rate, setBy) => {
    await expect(setLimit('primary', rate, setBy)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(await limits()).toEqual([]);
  });
});

describe('ListOrphanObjects and DeleteOrphanObjects', () => {
  const key = `org1/${randomUUID()}`;
  const place = { organizationId: 'org1', store: 'primary', minAgeSeconds: 0 };
  const order = {
    ...place,
    keys: [key],
    uploadKeys: [],
    orderedBy: 'operator-1',
    listDigest: 'a'.repeat(64),
  };
  const remove = (over: object, caller = 'operator') =>
    calling(caller, (c) => c.unary((client) => client.deleteOrphanObjects, { ...order, ...over }));
  const look = (over: object, caller = 'operator') =>
    calling(caller, async (c) => {
      const request = { ...place, ...over };
      const stream = c.stream((client) => client.listOrphanObjects.bind(client), request);
      for await (const message of stream as AsyncIterable<unknown>) expect(message).toBeUndefined();
    });
  const places = [
    ...['', 'a/b', 'x'.repeat(33), 'a\0'].map((organizationId) => ({ organizationId })),
    ...[3_599, -1, 1, Number.MAX_SAFE_INTEGER].map((minAgeSeconds) => ({ minAgeSeconds })),
  ];
  const id = key.slice(5);
  const orders = [
    { keys: [] },
    { keys: [key, key] },
    { keys: [`org10/${id}`] },
    { keys: [`org1/${id.toUpperCase()}A`] },
    { keys: [`org1/${id}.part`] },
    { keys: [`org1/../org10/${id}`] },
    { keys: Array.from({ length: 1_001 }, () => `org1/${randomUUID()}`).sort() },
    { uploadKeys: Array.from({ length: 1_000 }, () => `org1/${randomUUID()}`).sort() },
    { uploadKeys: [key] },
    { keys: [], uploadKeys: [key, key] },
    { keys: [], uploadKeys: [`org10/${id}`] },
    { orderedBy: '' },
    { orderedBy: 'a\n' },
    { listDigest: '' },
    { listDigest: 'A'.repeat(64) },
  ];

  it('are for operators, and refuse what they cannot mean', async () => {
    for (const caller of ['gateway', 'workspace-service'])
      for (const call of [look({}, caller), remove({}, caller)])
        await expect(call).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    for (const wrong of [...places, ...orders])
      await expect(remove(wrong), JSON.stringify(wrong)).rejects.toMatchObject({
        code: status.INVALID_ARGUMENT,
      });
    for (const wrong of places.slice(0, 4))
      await expect(look(wrong), JSON.stringify(wrong)).rejects.toMatchObject({
        code: status.INVALID_ARGUMENT,
      });
  });

  it('conclude nothing where nobody can be asked whose blocks are known', async () => {
    for (const call of [look({}), remove({})])
      expect(await call.then(() => undefined, refusalOf)).toMatchObject({ reason: 'REALMS_NOT_CONFIGURED' });
  });
});

describe('the service', () => {
  it('is for operators, but for what a preview needs', async () => {
    await expect(getSweep(randomUUID(), 'gateway')).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    await expect(list({}, 'gateway')).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    await expect(setLimit('primary', 5, 'operator-1', 'gateway')).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    });
    await expect(limits('gateway')).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    await expect(limits('nobody')).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    await expect(probe('workspace-service')).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    await expect(list({}, 'nobody')).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
  });

  it('refuses bytes that are no message, and messages that are too large', async () => {
    const client = new BlobSweeperServiceClient(sweeper.grpcAddress, credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${tokenOf('operator')}`);
    const send = (bytes: Buffer) =>
      new Promise<unknown>((resolve) => {
        const path = '/lethe.blob.v1.BlobSweeperService/GetSweep';
        client.makeUnaryRequest(
          path,
          (b: Buffer) => b,
          (b: Buffer) => b,
          bytes,
          metadata,
          resolve,
        );
      });
    expect(await send(Buffer.alloc(9, 255))).toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(await send(Buffer.alloc(5 << 20, 10))).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    client.close();
  });

  it('is ready while its database and its store answer', async () => {
    const ready = await eventually(
      'an answer',
      async () => (await fetch(`http://${sweeper.adminAddress}/readyz`)) || false,
    );
    expect(ready.status).toBe(200);
  });

  it('keeps the contract of start and stop', { timeout: 120_000 }, async () => {
    const config = readConfig({ ...environment(), NATS_URL: 'nats://127.0.0.1:9' });
    await stressStartStop(() => createBlobSweeper(config, { logger }));
  });
});
