import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from '@lethe/postgres';
import { openTransactions } from './realms.sql.js';

export interface LongestTransaction {
  readonly ms: number;
  /** It may have gone on for this much longer, unseen: the longest time between two looks. */
  readonly unseenMs: number;
  readonly query: string;
}

export interface TransactionWatch {
  longest(): LongestTransaction;
  /** Forgets what was seen. */
  reset(): void;
  stop(): Promise<void>;
}

const EVERY_MS = 20;

/** Looks at a service's open transactions all the time. What is shorter than the time between two looks may never be seen. */
export function watchTransactions(pool: Pool, application: string): TransactionWatch {
  const stopped = new AbortController();
  const nothing: LongestTransaction = { ms: 0, unseenMs: 0, query: '' };
  let longest = nothing;
  let previous = performance.now();

  async function look(): Promise<void> {
    while (!stopped.signal.aborted) {
      const seen = await openTransactions(pool, application);
      const now = performance.now();
      longest = { ...longest, unseenMs: Math.max(longest.unseenMs, now - previous) };
      previous = now;
      for (const { ms, query } of seen) if (ms > longest.ms) longest = { ...longest, ms, query };
      await pause(EVERY_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  }
  const looking = look();
  return {
    longest: () => longest,
    reset() {
      longest = nothing;
    },
    async stop() {
      stopped.abort();
      await looking;
    },
  };
}
