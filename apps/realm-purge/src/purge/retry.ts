import type { Grant } from '@lethe/contracts';
import { transaction, type Pool } from '@lethe/postgres';
import { makePagesDue, recordRetries } from './retry.sql.js';

/**
 * Follows operators' orders to try again, each once: what a person had to look at is forgotten, steps are due now, and so is every
 * page without its rows gone. Pages get higher cuts from here on, so that a sweeper whose ledger has seen more of this purge than
 * this database remembers does not refuse them. Nothing is believed for it: each step asks and looks as before. Answers how many
 * purges there were.
 */
export async function followRetries(
  pool: Pool,
  grants: readonly Pick<Grant, 'workspaceId' | 'epoch' | 'retries'>[],
): Promise<number> {
  const ordered = grants.filter(({ retries }) => retries > 0);
  if (ordered.length === 0) return 0;
  return transaction(pool, async (tx) => {
    const retried = await recordRetries(tx, ordered);
    // A statement of its own: it sees the pages that the rows' locks waited for.
    if (retried.length > 0) await makePagesDue(tx, retried);
    return retried.length;
  });
}
