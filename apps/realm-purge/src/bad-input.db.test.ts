import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { status } from '@grpc/grpc-js';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RealmPurgeHandle } from './realm-purge.js';
import {
  METHODS,
  bytesOf,
  methods,
  rawClient,
  writers,
  type Method,
  type RawClient,
} from './testing/raw-calls.js';
import { CALLERS, configOf, serviceOf } from './testing/running-service.js';
import { startScriptedAuthority, type ScriptedAuthority } from './testing/scripted-authority.js';
import { addRealm, everythingOf } from './testing/world.sql.js';

const migrations = fileURLToPath(new URL('../migrations', import.meta.url));
let db: TestDatabase;
let script: ScriptedAuthority;
let service: RealmPurgeHandle;
let raw: RawClient;
let realmId: string;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  script = await startScriptedAuthority();
  service = serviceOf(
    configOf({
      databaseUrl: db.url,
      // Nobody listens there: it would share the messages of another suite's service.
      natsUrl: '127.0.0.1:1',
      natsToken: undefined,
      authorityAddress: script.address,
    }),
  );
  await service.start();
  raw = rawClient(service.grpcAddress);
  realmId = await addRealm(db.pool, 'org1', { blocks: 1, keys: 1, vlobs: 1 });
});
afterAll(async () => {
  raw.close();
  await service.stop();
  await script.stop();
  await db.drop();
});

const tokenOf = (method: Method) => (writers.includes(method) ? 'data-plane' : 'operator');
const realm = () => ({ organizationId: 'org1', realmId });
const good: Record<Method, () => object> = {
  createRealm: realm,
  registerBlocks: () => ({ ...realm(), blocks: [{ blockId: randomUUID(), sizeBytes: 1 }] }),
  putVlob: () => ({ ...realm(), vlobId: randomUUID(), version: 1, blob: Buffer.of(1) }),
  putKeyBundle: () => ({ ...realm(), keyIndex: 7, bundle: Buffer.of(1), accesses: [] }),
  describeRealms: () => ({ realmIds: [realmId] }),
  exportRealmBlocks: realm,
  getPurge: () => ({ realmId }),
  setReleaseLimit: () => ({ organizationId: 'org1', blocksPerSecond: 1_000, setBy: 'operator-1' }),
  listReleaseLimits: () => ({ pageSize: 1_000 }),
  listKnownBlocks: () => ({ organizationId: 'org1', after: '', pageSize: 10 }),
  condemnBlocks: () => ({
    organizationId: 'org1',
    blockIds: Buffer.alloc(16, 1),
    orderedBy: 'operator-1',
    listDigest: 'a'.repeat(64),
  }),
  pardonBlocks: () => ({ organizationId: 'org1', blockIds: Buffer.alloc(16, 1) }),
};
/** Who else may call a method, and no other. */
const others: Partial<Record<Method, string>> = {
  describeRealms: 'gateway',
  listKnownBlocks: 'blob-sweeper',
  condemnBlocks: 'blob-sweeper',
  pardonBlocks: 'blob-sweeper',
};
const access = (userId: string) => ({ userId, access: Buffer.of(1) });
const block = (blockId: string, sizeBytes = 1) => ({ blockId, sizeBytes });
const organizations = ['', '/', 'a/b', 'x'.repeat(33), 'a\0', '\u0085', '\u2028', '\n'];
const ids = ['', 'x', 'x'.repeat(100_000), `${randomUUID()}0`, "' or true --", '\0'];
const unprintable = ['', ' ', 'x'.repeat(129), 'a\0', 'a\n', '\u009b31m', 'a\u2028b', 'a\u202eb'];
/** Made by nobody here: no base64url, another spelling of it, and what is no organization. */
const foreignTokens = [
  'x',
  'b3Jn+',
  'b3Jn=',
  ...['a/b', '\0', 'x'.repeat(33)].map((id) => Buffer.from(id).toString('base64url')),
  Buffer.of(0xff, 0xfe).toString('base64url'),
];
/** No multiple of 16 bytes, not ascending, none, too many. */
const foreignIds = [
  Buffer.alloc(17),
  Buffer.alloc(32),
  Buffer.concat([Buffer.alloc(16, 2), Buffer.alloc(16, 1)]),
  Buffer.alloc(0),
  Buffer.from(
    Array.from({ length: 1_001 }, (_, n) => [...Array<number>(14).fill(0), n >> 8, n & 255]).flat(),
  ),
].map((blockIds) => ({ blockIds }));
const bad: Partial<Record<Method, object[]>> = {
  registerBlocks: [
    ...ids.map((id) => ({ blocks: [block(id)] })),
    { blocks: [block(randomUUID(), -1)] },
    { blocks: Array.from({ length: 10_001 }, () => block(randomUUID())) },
  ],
  putVlob: [
    ...ids.map((vlobId) => ({ vlobId })),
    { version: 0 },
    { version: -1 },
    { blob: Buffer.alloc((1 << 20) + 1) },
  ],
  putKeyBundle: [
    { keyIndex: 0 },
    { keyIndex: -1 },
    { accesses: [access('')] },
    { accesses: [access('a'), access('a')] },
    { accesses: [access('a\0')] },
    { accesses: [access('x'.repeat(129))] },
    { accesses: Array.from({ length: 10_001 }, (_, n) => access(`${n}`)) },
  ],
  setReleaseLimit: [
    ...[-1, 1e9 + 1, Number.MAX_SAFE_INTEGER].map((blocksPerSecond) => ({ blocksPerSecond })),
    ...unprintable.map((setBy) => ({ setBy })),
  ],
  listReleaseLimits: [
    ...[-1, 1_001, 2 ** 31 - 1].map((pageSize) => ({ pageSize })),
    ...foreignTokens.map((pageToken) => ({ pageToken })),
  ],
  listKnownBlocks: [
    ...ids.filter((id) => id !== '').map((after) => ({ after })),
    ...[-1, 10_001, 2 ** 31 - 1].map((pageSize) => ({ pageSize })),
  ],
  condemnBlocks: [
    ...foreignIds,
    ...unprintable.map((orderedBy) => ({ orderedBy })),
    ...['', 'x', 'A'.repeat(64), 'a'.repeat(65)].map((listDigest) => ({ listDigest })),
  ],
  pardonBlocks: foreignIds,
  describeRealms: [
    ...ids.map((id) => ({ realmIds: [id] })),
    { realmIds: Array.from({ length: 1_001 }, () => randomUUID()) },
  ],
};

describe('each method of realm-purge', () => {
  it.each(methods)('%s knows its callers', async (method) => {
    expect(await raw.call(method, undefined)).toMatchObject({ code: status.UNAUTHENTICATED });
    expect(await raw.call(method, 'nobody')).toMatchObject({ code: status.UNAUTHENTICATED });
    const allowed = [tokenOf(method), ...(others[method] ? [others[method]] : [])];
    for (const caller of allowed)
      expect((await raw.call(method, caller, good[method]())).code).not.toBe(status.PERMISSION_DENIED);
    for (const caller of CALLERS.filter((one) => !allowed.includes(one)))
      expect(await raw.call(method, caller, good[method]())).toMatchObject({
        code: status.PERMISSION_DENIED,
      });
  });

  it.each(methods)(
    '%s refuses what is missing or malformed, changes nothing, and lives on',
    async (method) => {
      const before = await everythingOf(db.pool, realmId);
      const named = Object.keys(METHODS[method].requestDeserialize(Buffer.alloc(0)));
      const wrong = [
        ...(named.includes('organizationId')
          ? organizations.map((organizationId) => ({ organizationId }))
          : []),
        ...(named.includes('realmId') ? ids.map((id) => ({ realmId: id })) : []),
        ...(bad[method] ?? []),
      ];
      expect(wrong.length).toBeGreaterThan(0);
      for (const fault of wrong) {
        const answer = await raw.call(method, tokenOf(method), { ...good[method](), ...fault });
        expect([Object.keys(fault), answer]).toEqual([
          Object.keys(fault),
          { code: status.INVALID_ARGUMENT, reason: 'INVALID_ARGUMENT', messages: [] },
        ]);
      }
      expect(await everythingOf(db.pool, realmId)).toEqual(before);
    },
  );

  it.each(methods)('%s survives bytes that are no message, and too many of them', async (method) => {
    const token = tokenOf(method);
    const whole = bytesOf(method, good[method]());
    for (const bytes of [Buffer.alloc(100, 0xff), whole.subarray(0, -1), Buffer.alloc((4 << 20) + 1)])
      expect((await raw.call(method, token, bytes)).code).not.toBe(status.OK);
    expect((await raw.call(method, token, good[method]())).code).not.toBe(status.INTERNAL);
  });

  it.each(methods)('%s tells that an id is unknown', async (method) => {
    const answer = await raw.call(method, tokenOf(method), {
      ...good[method](),
      realmId: randomUUID(),
      realmIds: [randomUUID()],
    });
    const expected: Partial<Record<Method, object>> = {
      createRealm: { code: status.OK },
      describeRealms: { code: status.OK, messages: [{ realms: [] }] },
      getPurge: { code: status.NOT_FOUND, reason: 'PURGE_NOT_FOUND' },
      // Of an organization: no realm is in them.
      setReleaseLimit: { code: status.OK },
      listReleaseLimits: { code: status.OK },
      listKnownBlocks: { code: status.OK },
      condemnBlocks: { code: status.OK },
      pardonBlocks: { code: status.OK },
    };
    expect(answer).toMatchObject(expected[method] ?? { code: status.NOT_FOUND, reason: 'REALM_NOT_FOUND' });
  });

  it.each(['listKnownBlocks', 'condemnBlocks'] as const)(
    '%s concludes nothing of an organization that never had a realm',
    async (method) => {
      const request = { ...good[method](), organizationId: 'org2' };
      expect(await raw.call(method, tokenOf(method), request)).toEqual({
        code: status.NOT_FOUND,
        reason: 'ORGANIZATION_NOT_FOUND',
        messages: [],
      });
    },
  );

  it.each(['registerBlocks', 'putVlob', 'putKeyBundle', 'exportRealmBlocks'] as const)(
    '%s does not find the realm of another organization',
    async (method) => {
      const request = { ...good[method](), organizationId: 'org10' };
      expect(await raw.call(method, tokenOf(method), request)).toMatchObject({ reason: 'REALM_NOT_FOUND' });
    },
  );
});
