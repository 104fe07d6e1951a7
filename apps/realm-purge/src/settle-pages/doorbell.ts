import type { Pool } from '@lethe/postgres';
import type { Logger } from '@lethe/telemetry';
import { ringNextInLine, stepSoon } from './settle-pages.sql.js';

/** A step of the purge is due, and one of whoever waits longest for room: one after the other, for each holds a purge's row. */
export async function ringNow(
  pool: Pool,
  realmId: string,
  mostInFlight: number = Number.MAX_SAFE_INTEGER,
): Promise<boolean> {
  return (await stepSoon(pool, realmId, mostInFlight)) + (await ringNextInLine(pool)) > 0;
}

export interface Doorbell {
  /** Rings soon, and does not wait for it. */
  readonly ring: (realmId: string) => void;
  /** Once nothing rings any more. */
  readonly silence: () => Promise<void>;
}

/**
 * A doorbell that keeps nobody waiting: a step under way holds its purge's row, and receipts would queue for it. One ring at a time
 * for each purge; whoever rings meanwhile is heard after it. A ring that fails, or goes down with the process, costs time only: the
 * step is due again by itself.
 */
export function createDoorbell(options: {
  readonly pool: Pool;
  /** A purge's step is due once no more of its pages than that are on their way. */
  readonly mostInFlight: number;
  /** Steps are due that were not. */
  readonly rang: () => void;
  readonly logger: Logger;
}): Doorbell {
  const { pool, mostInFlight, rang, logger } = options;
  const ringing = new Map<string, { again: boolean; readonly done: Promise<void> }>();

  async function ringUntilHeard(realmId: string): Promise<void> {
    do {
      const now = ringing.get(realmId);
      if (now) now.again = false;
      try {
        if (await ringNow(pool, realmId, mostInFlight)) rang();
      } catch (error) {
        logger.warn({ err: error, realmId }, 'a free place was not made known, and is seen later');
      }
    } while (ringing.get(realmId)?.again);
    ringing.delete(realmId);
  }
  return {
    ring(realmId) {
      const under = ringing.get(realmId);
      if (under) under.again = true;
      // Begun in its own turn, so that it finds itself in the map.
      else
        ringing.set(realmId, { again: false, done: Promise.resolve().then(() => ringUntilHeard(realmId)) });
    },
    async silence() {
      await Promise.all([...ringing.values()].map(({ done }) => done));
    },
  };
}
