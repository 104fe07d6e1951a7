import { randomUUID } from 'node:crypto';
import { createS3Store, type ObjectStore } from '@lethe/object-store';
import {
  createFaultProxy,
  createTestBucket,
  type Fault,
  type FaultProxy,
  type Operation,
  type TestBucket,
} from '@lethe/object-store/testing';
import { createPool, type Pool } from '@lethe/postgres';
import { createLogger } from '@lethe/telemetry';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { blockIds, keysOf } from '../testing/keys.js';
import { MIGRATIONS } from '../testing/world.js';
import { endSessions } from '../testing/world.sql.js';
import { withPageLock } from './page-lock.js';
import { sweepKeys } from './sweep-keys.js';

const KEYS = keysOf('org1', blockIds('lost', 40));
let database: TestDatabase;
let pool: Pool;
let bucket: TestBucket;
let proxy: FaultProxy;
let store: ObjectStore;
beforeAll(async () => {
  database = await createTestDatabase(MIGRATIONS);
});
beforeEach(async () => {
  pool = createPool({
    url: database.url,
    applicationName: 'loser',
    max: 2,
    logger: createLogger('test', 'silent'),
  });
  bucket = await createTestBucket(serverVariable);
  proxy = await createFaultProxy(serverVariable('S3_ENDPOINT'));
  store = createS3Store(bucket.options({ endpoint: proxy.endpoint, requestTimeoutMs: 2_000 }));
});
afterEach(async () => {
  store.close();
  bucket.close();
  await proxy.close();
  await pool.end();
});
afterAll(() => database.drop());

/** Sweeps a page whose lock is lost while its first request of this kind is on the wire, which then ends like this. */
async function sweepUntilLost(operation: Operation, ending: Fault | undefined): Promise<void> {
  const place = { realmId: randomUUID(), epoch: 1, page: 0 };
  const swept = withPageLock(pool, place, (lost) => {
    const told = new Promise((resolve) => {
      lost.addEventListener('abort', resolve);
    });
    proxy.fault = async (request) => {
      if (request.operation !== operation) return undefined;
      await endSessions(database.pool, 'loser');
      await told;
      return ending;
    };
    return sweepKeys(store, 'org1/', KEYS, lost);
  });
  await expect(swept).rejects.toThrow();
}

const ENDINGS: [string, Fault | undefined][] = [
  ['is answered', undefined],
  ['never arrives', { kind: 'reset', when: 'before' }],
  ['is carried out and never answered', { kind: 'reset', when: 'after' }],
  ['hangs', { kind: 'hang', when: 'before' }],
  ['is told to come again', { kind: 'answer', status: 503, body: '<Error><Code>SlowDown</Code></Error>' }],
];

describe('a sweeper whose lock was lost', () => {
  it.each(ENDINGS)('deletes nothing more, when what was on the wire %s', async (_, ending) => {
    await bucket.put(...KEYS);
    await sweepUntilLost('DeleteObjects', ending);
    expect(proxy.count('DeleteObjects')).toBe(1);
  });

  it.each(ENDINGS)('deletes no version more, when what was on the wire %s', async (_, ending) => {
    await bucket.versioning('Enabled');
    await bucket.put(...KEYS);
    await sweepUntilLost('DeleteObjects', ending);
    expect(proxy.count('DeleteObjects')).toBe(1);
  });

  it.each(ENDINGS)('aborts no upload more, when what was on the wire %s', async (_, ending) => {
    await bucket.begin(...KEYS);
    await sweepUntilLost('AbortMultipartUpload', ending);
    const sent = proxy.count('AbortMultipartUpload');
    expect(sent).toBeGreaterThan(0);
    // As many as are aborted at once, each a single time.
    expect(sent).toBeLessThanOrEqual(16);
    const ids = proxy.requests
      .filter(({ operation }) => operation === 'AbortMultipartUpload')
      .map(({ query }) => query.get('uploadId'));
    expect(new Set(ids).size).toBe(ids.length);
  });
});
