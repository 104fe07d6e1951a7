import { DeletionProgress, type Condition } from '@lethe/contracts';
import { refusalOf } from '@lethe/outcome';
import type { Authority } from '@lethe/participant';
import type { Pool } from '@lethe/postgres';
import type { RunResult } from '@lethe/service';
import { sumPages, type PageSums } from '../purge/purge.sql.js';
import { listProgressing, type ProgressingRow } from './report-progress.sql.js';

const FIRST = '00000000-0000-0000-0000-000000000000';
const BATCH = 200;

/** Makes the deletion resource show how far each purge is: what changed since the last run, at most once a run for each. */
export function progressReporter(pool: Pool, authority: Authority): () => Promise<RunResult> {
  const said = new Map<string, string>();
  return async () => {
    const underWay = new Set<string>();
    const counts = { found: 0, reported: 0, refused: 0 };
    for (let after = FIRST; ;) {
      const purges = await listProgressing(pool, after, BATCH);
      for (const purge of purges) {
        counts.found += 1;
        const pages = await sumPages(pool, purge.realm_id);
        const progress = progressOf(purge, pages);
        const conditions = conditionsOf(purge, pages);
        const now = JSON.stringify([
          DeletionProgress.toJSON({ ...progress, blocksPerSecond: 0 }),
          conditions,
        ]);
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

function progressOf(purge: ProgressingRow, pages: PageSums): DeletionProgress {
  const seconds = purge.releasing_seconds ?? 0;
  return {
    blocksTotal: purge.blocks_total,
    bytesTotal: purge.bytes_total,
    blocksSwept: pages.swept,
    blocksRetained: pages.retained,
    blocksBlocked: pages.blocked,
    blocksPerSecond: seconds > 0 ? pages.rows / seconds : 0,
    estimatedEndTime: undefined,
  };
}

function conditionsOf(purge: ProgressingRow, pages: PageSums): Condition[] {
  const condition = (type: string, message: string, until: Date | null = null): Condition => ({
    type,
    source: '',
    message,
    since: undefined,
    until: until ?? undefined,
  });
  return [
    ...(purge.attention === null ? [] : [condition('NeedsAttention', purge.attention)]),
    ...(pages.blocked_pages === 0
      ? []
      : [
          condition(
            'Blocked',
            `${pages.blocked} blocks cannot be deleted: ${pages.blocked_reason ?? 'unknown'}`,
            pages.blocked_until,
          ),
        ]),
  ];
}
