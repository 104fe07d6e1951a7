import { randomUUID } from 'node:crypto';
import { PageOutcome } from '@lethe/contracts';
import {
  createFaultProxy,
  createTestBucket,
  type FaultProxy,
  type TestBucket,
} from '@lethe/object-store/testing';
import type { Pool } from '@lethe/postgres';
import { findPage } from '../sweep/ledger.sql.js';
import { connectQueue, startReplica, type Connections, type Queue, type Replica } from './replicas.js';
import { createScriptedAuthority } from './scripted-authority.js';
import { receipts, releasedEvent, type PageOf } from './world.js';
import { clearAll } from './world.sql.js';

/** What a test has of its own: only tests import the testkit and read the environment. */
export interface SweepingKit {
  readonly queue: Queue;
  readonly natsToken: string | undefined;
  readonly database: { readonly pool: Pool; readonly url: string };
  serverVariable(name: string): string;
  eventually<T>(what: string, probe: () => Promise<T | undefined | false>): Promise<T>;
}

/** Replicas before a queue, a store and an authority: `renew` before each test, `clear` behind it. */
export async function startSweeping(kit: SweepingKit, ids: readonly string[]) {
  const { queue, database, serverVariable, eventually } = kit;
  const connections = (): Connections => ({
    nats: new URL(serverVariable('NATS_URL')).host,
    natsToken: kit.natsToken,
    databaseUrl: database.url,
  });
  const authority = await createScriptedAuthority();
  const pages = await connectQueue(queue, connections());
  const running: Replica[] = [];
  let now: { readonly bucket: TestBucket; readonly s3: FaultProxy; readonly page: PageOf } | undefined;
  const its = () => {
    if (now === undefined) throw new Error('only within a test');
    return now;
  };

  return {
    authority,
    pages,
    pool: database.pool,
    running,
    connections,
    get bucket() {
      return its().bucket;
    },
    /** Between replicas and the bucket. */
    get s3() {
      return its().s3;
    },
    /** Of `ids`, granted, and not released yet. */
    get page() {
      return its().page;
    },
    async renew() {
      const bucket = await createTestBucket(serverVariable);
      const s3 = await createFaultProxy(serverVariable('S3_ENDPOINT'));
      now = { bucket, s3, page: { organizationId: 'org1', realmId: randomUUID(), ids } };
      authority.grant(now.page.realmId, 'org1');
      authority.refuse = () => undefined;
    },
    async clear() {
      for (const one of running.splice(0)) await one.stop();
      await clearAll(database.pool);
      await its().s3.close();
      its().bucket.close();
    },
    async stop() {
      await pages.remove();
      await pages.messaging.stop();
      await authority.stop();
    },
    async replica(over: Partial<Parameters<typeof startReplica>[0]> = {}): Promise<Replica> {
      const store = its().bucket.options({ endpoint: its().s3.endpoint, requestTimeoutMs: 1_000 });
      const common = { queue, connections: connections(), authorityAddress: authority.address, store };
      const started = await startReplica({ ...common, ...over });
      running.push(started);
      return started;
    },
    received: (count: number) =>
      eventually(`${count} receipts`, async () => {
        const all = await receipts(database.pool);
        return all.length >= count && all;
      }),
    settled: () => eventually('the queue is empty', async () => (await pages.waiting()) === 0),
    release: (of: PageOf, over: Parameters<typeof releasedEvent>[1] = {}) =>
      pages.release(releasedEvent(of, over)),
    ledger: (of: PageOf) => findPage(database.pool, of.realmId, of.epoch ?? 3, of.page ?? 0),
  };
}
export type Sweeping = Awaited<ReturnType<typeof startSweeping>>;

export const verified = (swept: number) => ({
  outcome: PageOutcome.VERIFIED,
  blocksSwept: swept,
  blocksLeft: 0,
  reason: '',
});
