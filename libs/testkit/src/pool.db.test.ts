import { createPool, transaction, type Pool } from '@lethe/postgres';
import { createLogger } from '@lethe/telemetry';
import { afterEach, describe, expect, it } from 'vitest';
import { createProxy } from './proxy.js';

const server = process.env['DATABASE_URL'] ?? '';
const STATEMENT_MS = 200;

describe('a pool', () => {
  const pools: Pool[] = [];
  afterEach(async () => {
    for (const pool of pools.splice(0)) await pool.end();
  });
  const open = (url: string) => {
    const logger = createLogger('test', 'silent');
    const pool = createPool({
      url,
      applicationName: 'test',
      max: 2,
      logger,
      statementTimeoutMs: STATEMENT_MS,
    });
    pools.push(pool);
    return pool;
  };

  it('gives up a statement whose server is gone without a word, and goes on with a new connection', async () => {
    const proxy = await createProxy(new URL(server).host);
    const pool = open(Object.assign(new URL(server), { host: proxy.address }).href);
    await pool.query('select 1');
    const stuck = transaction(pool, async (tx) => {
      proxy.mute();
      await tx.query('select 1');
    });
    await expect(stuck).rejects.toThrow(/timeout/i);
    await proxy.cut();
    await proxy.mend();
    expect((await pool.query<{ n: number }>('select 1 as n')).rows).toEqual([{ n: 1 }]);
    await proxy.close();
  });

  it('reads a bigint as a number, and none that does not fit', async () => {
    const pool = open(server);
    expect((await pool.query<{ n: number }>('select 9007199254740991::bigint as n')).rows).toEqual([
      { n: 2 ** 53 - 1 },
    ]);
    await expect(pool.query('select 9007199254740992::bigint as n')).rejects.toThrow(/does not fit/);
  });

  it('cancels a statement that takes longer than it may', async () => {
    await expect(open(server).query('select pg_sleep(30)')).rejects.toThrow(/statement timeout/);
  });
});
