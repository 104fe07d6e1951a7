import type { Condition } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import type { RunResult } from '@lethe/service';
import type { Logger, Metrics } from '@lethe/telemetry';
import { conditionsOf, SOURCE } from '../deletion/conditions.js';
import { listParticipantRows, readClock, type DeletionRow } from '../deletion/deletion.sql.js';
import type { Patience } from '../deletion/standstill.js';
import { listOpenDeletions, listReportsOf } from './watch-progress.sql.js';

export interface ProgressWatcher {
  readonly pool: Pool;
  readonly patience: Patience;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const BATCH = 200;
/** What the metric tells apart, of the authority's own and of what participants say: they may say anything, and a label must not. */
const OWN = [
  'Paused',
  'BlocksKept',
  'BlocksUnproven',
  'NoProgress',
  'ParticipantSilent',
  'ReportsContradict',
];
const SAID = ['Blocked', 'NeedsAttention', 'SweepDelayed'];
const OTHER = 'Other';

/**
 * Makes it true that a purge which stands still is known of: a gauge of what holds purges up, and an alarm and one line in the log
 * for each that stands still without an operator's doing and waits for no time that is known. An alarm comes once for each
 * standstill and process: what has moved and stands still again is another.
 */
export function progressWatcher(watcher: ProgressWatcher): () => Promise<RunResult> {
  let alarmed = new Set<string>();
  return async () => {
    const heldUp = new Map([...OWN, ...SAID, OTHER].map((type) => [type, 0]));
    const still = new Set<string>();
    const counts = { found: 0, heldUp: 0, still: 0 };
    let open: DeletionRow[];
    let last: DeletionRow | undefined;
    do {
      open = await listOpenDeletions(watcher.pool, last, BATCH);
      last = open.at(-1);
      for (const [deletion, conditions] of await describe(watcher, open)) {
        counts.found += 1;
        const types = typesOf(conditions);
        if (types.size > 0) counts.heldUp += 1;
        for (const type of types) heldUp.set(type, (heldUp.get(type) ?? 0) + 1);
        const standstill = conditions.find(isStandstill)?.since;
        if (standstill === undefined) continue;
        counts.still += 1;
        const name = `${deletion.deletion_id} ${standstill.toISOString()}`;
        still.add(name);
        if (!alarmed.has(name)) alarm(watcher, deletion, standstill, [...types]);
        alarmed.add(name); // at once: what fails behind it must not make it said again
      }
    } while (open.length === BATCH);
    alarmed = still;
    for (const [condition, deletions] of heldUp)
      watcher.metrics.deletionsHeldUp.set({ condition }, deletions);
    return { counts };
  };
}

async function describe(
  { pool, patience }: ProgressWatcher,
  open: readonly DeletionRow[],
): Promise<[DeletionRow, readonly Condition[]][]> {
  const ids = open.map((row) => row.deletion_id);
  const [participants, reports] = await Promise.all([
    listParticipantRows(pool, ids),
    listReportsOf(pool, ids),
  ]);
  const now = await readClock(pool); // behind what was read: no word seems to come from the future
  return open.map((row) => {
    const ofRow = ({ deletion_id }: { readonly deletion_id: string }) => deletion_id === row.deletion_id;
    const facts = {
      ...{ row, participants: participants.filter(ofRow), reports: reports.filter(ofRow) },
      ...{ held: { holds: 0, since: null }, progress: undefined },
    };
    return [row, conditionsOf(facts, patience, now).conditions];
  });
}

const isStandstill = ({ type, source }: Condition) => type === 'NoProgress' && source === SOURCE;

/** Without what every purge waits for: that holds nothing up. */
const typesOf = (conditions: readonly Condition[]): ReadonlySet<string> =>
  new Set(
    conditions.flatMap(({ type, source }) => {
      if (source === SOURCE) return OWN.includes(type) ? [type] : [];
      return SAID.includes(type) ? [type] : [OTHER];
    }),
  );

function alarm(
  { logger, metrics }: ProgressWatcher,
  { workspace_id: workspaceId, epoch }: DeletionRow,
  since: Date,
  conditions: readonly string[],
): void {
  metrics.alarms.inc({ alarm: 'no_progress' });
  logger.error({ workspaceId, epoch, since, conditions }, 'the purge stands still');
}
