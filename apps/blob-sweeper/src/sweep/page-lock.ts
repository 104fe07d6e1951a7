import { setMaxListeners } from 'node:events';
import type { Pool } from '@lethe/postgres';
import { tryLock, unlock } from './page-lock.sql.js';

/**
 * Runs `work` while no other sweeper has the page, on any replica; undefined when one has. A second delivery that was slow would
 * else still delete when the first is verified, its rows are gone, and a live realm may have taken up an id of the page anew.
 */
export function withPageLock<T>(
  pool: Pool,
  page: { readonly realmId: string; readonly epoch: number; readonly page: number },
  work: (lost: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  return withLock(pool, `${page.realmId}/${page.epoch}/${page.page}`, work);
}

/**
 * Runs `work` while nobody else has the lock of that name, on any replica; undefined when somebody has. `lost` aborts when the lock
 * is gone because its connection broke: nothing may be deleted after that.
 */
export async function withLock<T>(
  pool: Pool,
  name: string,
  work: (lost: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const lost = new AbortController();
  setMaxListeners(0, lost.signal); // each request under way listens
  const session = await pool.connect();
  const lose = () => {
    lost.abort(new Error('the lock of this work was lost with its connection'));
  };
  session.once('end', lose);
  let broken: Error | undefined;
  try {
    if (!(await tryLock(session, name))) return undefined;
    try {
      return await work(lost.signal);
    } finally {
      await unlock(session, name);
    }
  } catch (error) {
    // Its connection may still hold the lock: a closed one does not.
    broken = error as Error;
    throw error;
  } finally {
    session.off('end', lose);
    session.release(broken);
  }
}
