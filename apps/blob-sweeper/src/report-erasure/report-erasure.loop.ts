import { pageLeaf, type BlockEvidence, type Grant } from '@lethe/contracts';
import { MerkleTree } from '@lethe/merkle';
import type { Authority } from '@lethe/participant';
import type { Pool } from '@lethe/postgres';
import type { RunResult } from '@lethe/service';
import type { Logger, Metrics } from '@lethe/telemetry';
import { listPages } from '../sweep/ledger.sql.js';
import { markReported } from './report-erasure.sql.js';

const BATCH = 1_000;

export interface Reporter {
  readonly pool: Pool;
  readonly authority: Authority;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Step 10: makes it true that every sweep that ended is reported. A sweep has ended when the participant that released its pages
 * has reported how many there were; the counts and the root come from the ledger here, and from nowhere else.
 */
export async function reportErasures(reporter: Reporter): Promise<RunResult> {
  const { pool, authority, logger, metrics } = reporter;
  const counts = { found: 0, reported: 0, incomplete: 0, refused: 0 };
  for await (const grants of authority.openGrants()) {
    for (const grant of grants) {
      counts.found += 1;
      const released = releasedPages(grant);
      if (released === undefined) continue;
      const ledger = await ledgerEvidence(reporter, grant);
      if (ledger.blocked > 0 || ledger.evidence.pages !== released) {
        counts.incomplete += 1;
        metrics.alarms.inc({ alarm: 'ledger_incomplete' });
        logger.error(
          { realmId: grant.workspaceId, released, verified: ledger.evidence.pages, blocked: ledger.blocked },
          'all pages are said to be swept, but the ledger does not show it: not reported',
        );
        continue;
      }
      const { workspaceId, epoch } = grant;
      const evidence = { removed: { blocks: ledger.evidence.blocksSwept }, blocks: ledger.evidence };
      const reported = await authority.reportErasure(workspaceId, epoch, evidence);
      if (reported.kind === 'reported') {
        await markReported(pool, workspaceId, epoch, released);
        counts.reported += 1;
      } else {
        counts.refused += 1;
        metrics.alarms.inc({ alarm: 'report_refused' });
        logger.error({ realmId: workspaceId, reason: reported.reason }, 'the authority refused the report');
      }
    }
  }
  return { counts };
}

/** How many pages there were, once whoever released them has reported. */
function releasedPages(grant: Grant): number | undefined {
  return grant.participants.find((participant) => participant.evidence?.blocks)?.evidence?.blocks?.pages;
}

async function ledgerEvidence(
  { pool }: Reporter,
  { workspaceId, epoch }: Grant,
): Promise<{ evidence: BlockEvidence; blocked: number }> {
  const tree = new MerkleTree();
  const used = new Set<string>();
  let [total, swept, blocked] = [0, 0, 0];
  for (let after = -1; ;) {
    const pages = await listPages(pool, workspaceId, epoch, after, BATCH);
    for (const page of pages) {
      if (page.state !== 'verified') {
        blocked += 1;
        continue;
      }
      tree.append(
        pageLeaf({ page: page.page_no, rows: page.rows, swept: page.swept, rowDigest: page.row_digest }),
      );
      for (const store of page.stores) used.add(store);
      total += page.rows;
      swept += page.swept;
    }
    const last = pages.at(-1);
    if (last === undefined) break;
    after = last.page_no;
  }
  return {
    blocked,
    evidence: {
      pages: tree.size,
      blocksTotal: total,
      blocksSwept: swept,
      blocksRetained: total - swept,
      root: tree.root(),
      stores: [...used].sort(),
    },
  };
}
