import { appendEvents } from '@lethe/outbox';
import { transaction, type Pool } from '@lethe/postgres';
import type { RunResult } from '@lethe/service';
import { event } from '../event.js';
import { lockApproaching, setNoticeTime } from './announce-purges.sql.js';

const BATCH = 200;

/**
 * Makes it true that subscribers hear `workspace.purge_approaching` once for each scheduled deletion that may be purged within
 * this many seconds, by the database's clock: a manual one too, since an operator may order its purge from then on, and at once
 * where the whole grace is shorter. Not while a hold stands; after its release. What was restored or granted first is not
 * announced any more: `workspace.restored` and `workspace.purge_started` say more.
 */
export async function announcePurges(pool: Pool, noticeSeconds: number): Promise<RunResult> {
  const counts = { found: 0, announced: 0 };
  let found = 0;
  do {
    const announced = await transaction(pool, async (tx) => {
      const approaching = await lockApproaching(tx, noticeSeconds, BATCH);
      found = approaching.length;
      const rows = await setNoticeTime(tx, approaching);
      await appendEvents(
        tx,
        ...rows.map((row) =>
          event('workspace.purge_approaching', row, row.notice_time, {
            deletionId: row.deletion_id,
            purgeTime: row.purge_time,
          }),
        ),
      );
      return rows.length;
    });
    counts.found += found;
    counts.announced += announced;
  } while (found === BATCH);
  return { counts };
}
