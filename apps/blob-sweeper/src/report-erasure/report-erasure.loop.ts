import type { Authority } from '@lethe/participant';
import type { Pool } from '@lethe/postgres';
import type { RunResult } from '@lethe/service';
import type { Logger, Metrics } from '@lethe/telemetry';
import { isReported, releasedPages } from '../sweep/end.js';
import { listUnreported, markOver, markReported, recordEnd, type SweepEnd } from '../sweep/end.sql.js';
import { ledgerEvidence } from '../sweep/evidence.js';

const BATCH = 100;

export interface Reporter {
  readonly pool: Pool;
  readonly authority: Authority;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

type Reported = 'reported' | 'incomplete' | 'over' | 'refused' | 'failed';

/**
 * Step 10: makes it true that every sweep that ended is reported. A sweep has ended when the participant that released its pages
 * has reported how many there were; the counts and the root come from the ledger here, and from nowhere else. One that fails
 * does not stand in the way of the others; one that the authority has no grant of is over until it is granted again.
 */
export async function reportErasures(reporter: Reporter, signal?: AbortSignal): Promise<RunResult> {
  const { pool, authority } = reporter;
  const counts = { found: 0, ended: 0, reported: 0, incomplete: 0, over: 0, refused: 0, failed: 0 };
  for await (const grants of authority.openGrants()) {
    for (const grant of grants) {
      counts.found += 1;
      const pages = releasedPages(grant);
      if (pages !== undefined) counts.ended += await recordEnd(pool, grant.workspaceId, grant.epoch, pages);
    }
    if (signal?.aborted) return { counts };
  }
  let after: readonly [string, number] = ['00000000-0000-0000-0000-000000000000', 0];
  for (let ends: SweepEnd[]; (ends = await listUnreported(pool, after, BATCH)).length > 0;) {
    for (const end of ends) {
      if (signal?.aborted) return { counts };
      counts[await report(reporter, end)] += 1;
      after = [end.realm_id, end.epoch];
    }
  }
  return { counts };
}

async function report(reporter: Reporter, end: SweepEnd): Promise<Reported> {
  const { pool, authority, logger, metrics } = reporter;
  const { realm_id: realmId, epoch, pages: released } = end;
  try {
    const grant = await authority.grant(realmId, epoch);
    if (grant === undefined) return await over(reporter, end);
    if (isReported(grant)) {
      // It was, before this was noted, or before the ledger was set back.
      await markReported(pool, end);
      return 'reported';
    }
    const found = await ledgerEvidence(pool, end, {
      retries: grant.retries,
      isReported: async (earlier) => {
        const granted = await authority.grant(realmId, earlier);
        return granted !== undefined && isReported(granted);
      },
    });
    const { evidence, blocked, elsewhere, earlier, nothingFound } = found;
    if (blocked > 0 || elsewhere > 0 || earlier > 0 || evidence.pages !== released) {
      metrics.alarms.inc({ alarm: 'ledger_incomplete' });
      logger.error(
        { realmId, epoch, released, verified: evidence.pages, blocked, elsewhere, earlier },
        'all pages are said to be swept, but the ledger does not show it: not reported',
      );
      return 'incomplete';
    }
    if (nothingFound)
      logger.warn(
        { realmId, blocks: evidence.blocksSwept, stores: evidence.stores },
        'no store held a single block of this realm: were they where they were looked for?',
      );
    const removed = { blocks: evidence.blocksSwept };
    const reported = await authority.reportErasure(realmId, epoch, { removed, blocks: evidence });
    if (reported.kind === 'reported') {
      await markReported(pool, end);
      return 'reported';
    }
    if (reported.reason === 'NO_GRANT') return await over(reporter, end);
    metrics.alarms.inc({ alarm: 'report_refused' });
    logger.error({ realmId, reason: reported.reason }, 'the authority refused the report');
    return 'refused';
  } catch (error) {
    logger.warn({ err: error, realmId }, 'not reported, will be tried again');
    return 'failed';
  }
}

/** A replay took its place, or the authority was set back: whoever is to have a report asks for it by a grant that is open. */
async function over({ pool, logger }: Reporter, end: SweepEnd): Promise<Reported> {
  await markOver(pool, end);
  logger.warn(
    { realmId: end.realm_id, epoch: end.epoch },
    'the authority has no grant of this sweep: not reported, and over until it has',
  );
  return 'over';
}
