import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PageOutcome, STREAMS, encodeEvent } from '@lethe/contracts';
import { createMessaging, type Messaging } from '@lethe/messaging';
import type { PoolClient } from '@lethe/postgres';
import { createLogger } from '@lethe/telemetry';
import { createTestDatabase, eventually, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPurge } from '../../apps/realm-purge/src/purge/purge.sql.js';
import { lockForWriting } from '../../apps/realm-purge/src/store/lethe/realms.sql.js';
import { CALLERS } from '../../apps/realm-purge/src/testing/running-service.js';
import { inFlightOf } from '../../apps/realm-purge/src/testing/pages.sql.js';
import {
  startScriptedAuthority,
  type ScriptedAuthority,
} from '../../apps/realm-purge/src/testing/scripted-authority.js';
import {
  addRealm,
  eventsOf,
  everythingOf,
  ledgerOf,
  pagesOf,
} from '../../apps/realm-purge/src/testing/world.sql.js';
import { serviceProcess, type ServiceProcess } from '../system/service-process.js';
import { startOwnNats, type OwnNats } from './own-nats.js';

const APP = fileURLToPath(new URL('../../apps/realm-purge', import.meta.url));
const WORK = { blocks: 45, keys: 2, vlobs: 6 };
const STATES = ['ordered', 'fenced', 'shredded', 'releasing', 'closed'] as const;
type State = (typeof STATES)[number];

let db: TestDatabase;
let script: ScriptedAuthority;
let nats: OwnNats;
let messaging: Messaging;
let service: ServiceProcess;
let logs: string;
let bystander: string;
beforeAll(async () => {
  db = await createTestDatabase(join(APP, 'migrations'));
  script = await startScriptedAuthority();
  nats = await startOwnNats();
  logs = await mkdtemp(join(tmpdir(), 'lethe-every-state-'));
  service = serviceProcess({
    name: 'realm-purge',
    main: join(APP, 'src/main.ts'),
    env: {
      NODE_OPTIONS: '--import=tsx --conditions=@lethe/source',
      DATABASE_URL: db.url,
      NATS_URL: nats.url,
      GRPC_LISTEN: '127.0.0.1:0',
      ADMIN_LISTEN: '127.0.0.1:0',
      GRPC_CALLERS: CALLERS.map((name, n) => `${name}=${`${n}`.repeat(64)}`).join(','),
      WORKSPACE_SERVICE_ADDRESS: script.address,
      GRPC_TOKEN: 'token',
      RECONCILE_MS: '200',
      RERELEASE_MS: '1000',
      PAGE_BLOCKS: '10',
      RELEASE_WINDOW_PAGES: '2',
      UPLOAD_QUARANTINE_SECONDS: '0',
    },
    log: join(logs, 'realm-purge.log'),
  });
  await service.start();
  messaging = createMessaging({
    servers: nats.url,
    token: undefined,
    clientName: 'test',
    streams: STREAMS,
    replicas: 1,
    logger: createLogger('test', 'silent'),
    checkMs: 200,
  });
  await messaging.start();
  bystander = await addRealm(db.pool, 'org1', WORK);
});
afterAll(async () => {
  await service.stop();
  await messaging.stop();
  await nats.stop();
  await script.stop();
  await db.drop();
  await rm(logs, { recursive: true, force: true });
});

const contextOf = (workspaceId: string) => ({
  eventId: randomUUID(),
  organizationId: 'org1',
  workspaceId,
  epoch: 1,
  time: new Date(),
});
const purgeOf = (realmId: string) => findPurge(db.pool, realmId);
const isIn = (realmId: string, state: State) =>
  eventually(`the purge is ${state}`, async () => (await purgeOf(realmId))?.state === state);

/** Receipts for what is on its way, by its rows, as a sweeper sends them. */
async function sweep(realmId: string): Promise<void> {
  for (const page of await inFlightOf(db.pool, realmId))
    await messaging.publish(
      encodeEvent('realm.blocks_swept', 'test', {
        context: contextOf(realmId),
        page: page.page_no,
        cut: page.cut,
        rowDigest: page.row_digest,
        outcome: PageOutcome.VERIFIED,
        blocksSwept: page.swept,
        blocksLeft: 0,
        reason: '',
        until: undefined,
      }),
    );
}

/** In the middle of this state's step: what it waits for; `release` lets it go on. */
interface Held {
  readonly arrived: () => Promise<unknown>;
  readonly release: () => Promise<void>;
}

/** A transaction of somebody else that the step has to wait for, in its own. */
async function behind(lock: (tx: PoolClient) => Promise<unknown>): Promise<Held> {
  const client = await db.pool.connect();
  await client.query('begin');
  await lock(client);
  return {
    arrived: () =>
      eventually('the step waits in its transaction', async () => {
        const { rowCount } = await db.pool.query(
          `select from pg_stat_activity
            where datname = current_database() and application_name = 'realm-purge' and wait_event_type = 'Lock'`,
        );
        return (rowCount ?? 0) > 0;
      }),
    async release() {
      await client.query('rollback');
      client.release();
    },
  };
}

const HOLD: Record<State, (realmId: string) => Promise<Held>> = {
  // A writer under way; the fence waits for it.
  ordered: () => behind((tx) => lockForWriting(tx, 'org1')),
  // The keys are gone in this transaction, and it has not committed.
  fenced: (realmId) =>
    behind((tx) => tx.query('select from vlob_atom where realm_id = $1 for update', [realmId])),
  shredded: () => behind((tx) => tx.query('lock table block in access exclusive mode')),
  // Two pages are on their way, of five.
  releasing: (realmId) =>
    Promise.resolve({
      arrived: () =>
        eventually(
          'a window of pages is given',
          async () => (await inFlightOf(db.pool, realmId)).length === 2,
        ),
      release: () => Promise.resolve(),
    }),
  // The authority does not take the report.
  closed: (realmId) => {
    script.refuses = 'NOT_YET';
    return Promise.resolve({
      arrived: async () => {
        await eventually('all pages are swept', async () => {
          await sweep(realmId);
          return (await purgeOf(realmId))?.state === 'closed';
        });
        await eventually('a report was refused', async () => ((await purgeOf(realmId))?.failures ?? 0) > 0);
      },
      release: () => {
        script.refuses = undefined;
        return Promise.resolve();
      },
    });
  },
};

async function isReportedOnce(realmId: string): Promise<void> {
  await eventually('the purge is reported', async () => {
    await sweep(realmId);
    return (await purgeOf(realmId))?.report_time instanceof Date;
  });
  expect(await purgeOf(realmId)).toMatchObject({
    state: 'closed',
    attention: null,
    removed: { key_bundle_accesses: 6, key_bundles: 2, vlob_atoms: 6 },
  });
  expect(await everythingOf(db.pool, realmId)).toMatchObject({
    realm: 'purged',
    counts: { blocks: 0, vlobs: 0, bundles: 0, accesses: 0 },
  });
  expect(await ledgerOf(db.pool, realmId)).toEqual({ counted: 45, left: 0, settled: 45 });
  expect((await pagesOf(db.pool, realmId)).map((page) => page.rows)).toEqual([10, 10, 10, 10, 5]);
  expect(await eventsOf(db.pool, realmId)).toEqual(['realm.purged']);
  const reports = script.reports.filter(({ workspaceId }) => workspaceId === realmId);
  expect(new Set(reports.map((report) => JSON.stringify(report))).size).toBe(1);
  expect(await everythingOf(db.pool, bystander)).toMatchObject({
    realm: 'active',
    counts: { blocks: 45, vlobs: 6, bundles: 2, accesses: 6 },
  });
}

interface Blow {
  readonly what: string;
  readonly strike: () => Promise<void>;
  readonly mend: () => Promise<void>;
}
const BLOWS: Blow[] = [
  { what: 'kill -9', strike: () => service.kill(), mend: () => service.start() },
  {
    what: 'the loss of every stream, consumer and message',
    async strike() {
      await nats.kill();
      await nats.wipe();
    },
    mend: () => nats.start(),
  },
];

describe.each(BLOWS)('after $what', ({ strike, mend }) => {
  it.each(STATES)('a purge that was %s goes on, and ends as it would have without', async (state) => {
    const realmId = await addRealm(db.pool, 'org1', WORK);
    const held = await HOLD[state](realmId);
    script.allow('org1', realmId);
    await held.arrived();
    await isIn(realmId, state);
    await strike();
    await held.release();
    await mend();
    await isReportedOnce(realmId);
  });
});
