import type { Condition, DeletionProgress } from '@lethe/contracts';
import { refusalOf } from '@lethe/outcome';
import type { Authority } from '@lethe/participant';
import type { Pool } from '@lethe/postgres';
import type { RunResult } from '@lethe/service';
import { sumPagesOfEach, type PageSums, type PurgeRow } from '../purge/purge.sql.js';
import { rateOf } from '../purge/rate.js';
import { conditionsOf, type Patience } from './conditions.js';
import { listProgressing } from './report-progress.sql.js';

const FIRST = '00000000-0000-0000-0000-000000000000';
const BATCH = 200;

/** Makes the deletion resource show how far each purge is: what changed since the last run, at most once a run for each. */
export function progressReporter(
  pool: Pool,
  authority: Authority,
  patience: Patience,
): () => Promise<RunResult> {
  const said = new Map<string, string>();
  return async () => {
    const underWay = new Set<string>();
    const counts = { found: 0, reported: 0, refused: 0 };
    for (let after = FIRST; ;) {
      const purges = await listProgressing(pool, after, BATCH);
      const ids = purges.map((purge) => purge.realm_id);
      const sums = await sumPagesOfEach(pool, ids, patience.rereleaseMs);
      for (const [i, purge] of purges.entries()) {
        counts.found += 1;
        const pages = sums[i] as PageSums;
        const progress = progressOf(purge, pages, patience);
        const conditions = conditionsOf(purge, pages, patience);
        const now = whatChanges(progress, conditions);
        underWay.add(purge.realm_id);
        if (said.get(purge.realm_id) === now) continue;
        try {
          await authority.reportProgress(purge.realm_id, purge.epoch, progress, conditions);
          said.set(purge.realm_id, now);
          counts.reported += 1;
        } catch (error) {
          // What it refuses of one purge says nothing of the others; when it is away they all fail.
          if (refusalOf(error) === undefined) throw error;
          counts.refused += 1;
        }
      }
      const last = purges.at(-1);
      if (last === undefined) break;
      after = last.realm_id;
    }
    for (const realmId of said.keys()) if (!underWay.has(realmId)) said.delete(realmId);
    return { counts };
  };
}

function progressOf(purge: PurgeRow, pages: PageSums, patience: Patience): DeletionProgress {
  return {
    blocksTotal: purge.blocks_total,
    bytesTotal: purge.bytes_total,
    blocksSwept: pages.swept,
    blocksRetained: pages.retained,
    blocksBlocked: pages.blocked,
    ...rateOf(purge, pages, patience.uploadQuarantineSeconds),
  };
}

/** What is worth a report. The rate and the end tick all the time: they go with the next one, or when there is none any more. */
function whatChanges(progress: DeletionProgress, conditions: readonly Condition[]): string {
  const { blocksPerSecond, estimatedEndTime, ...counts } = progress;
  return JSON.stringify([counts, blocksPerSecond > 0, estimatedEndTime !== undefined, conditions]);
}
