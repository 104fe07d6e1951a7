import { randomUUID } from 'node:crypto';
import { createPool, type Pool } from '@lethe/postgres';
import { createLogger } from '@lethe/telemetry';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../testing/world.js';
import { endSessions } from '../testing/world.sql.js';
import { withPageLock } from './page-lock.js';

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase(MIGRATIONS);
});
beforeEach(() => {
  const logger = createLogger('test', 'silent');
  pool = createPool({ url: database.url, applicationName: 'locker', max: 2, logger });
});
afterEach(() => pool.end());
afterAll(() => database.drop());

const page = { realmId: randomUUID(), epoch: 3, page: 0 };
const free = () => withPageLock(database.pool, page, () => Promise.resolve('mine'));

describe('withPageLock', () => {
  it('lets nobody else have the page, but any other page, and gives it back', async () => {
    const answer = await withPageLock(pool, page, async () => {
      expect(await free()).toBeUndefined();
      expect(await withPageLock(pool, page, () => Promise.resolve('twice'))).toBeUndefined();
      for (const other of [{ page: 1 }, { epoch: 4 }, { realmId: randomUUID() }])
        expect(await withPageLock(pool, { ...page, ...other }, () => Promise.resolve('free'))).toBe('free');
      return 'done';
    });
    expect(answer).toBe('done');
    expect(await free()).toBe('mine');
  });

  it('gives it back when the work fails', async () => {
    await expect(withPageLock(pool, page, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await free()).toBe('mine');
  });

  it('says when the lock is lost, and keeps no connection that had it', async () => {
    await expect(
      withPageLock(pool, page, async (lost) => {
        const aborted = new Promise((resolve) => {
          lost.addEventListener('abort', resolve);
        });
        await endSessions(database.pool, 'locker');
        await aborted;
        expect(await free()).toBe('mine');
        lost.throwIfAborted();
      }),
    ).rejects.toThrow();
    expect(pool.totalCount).toBe(0);
  });
});
