import type { Condition } from '@lethe/contracts';
import type { DeletionFacts } from '../deletion/conditions.js';
import type { DeletionRow, ParticipantRow, ProgressRow } from '../deletion/deletion.sql.js';

/** For tests: a purge that was granted at second 0, with times in seconds since. */
export const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000);

export const ROW: DeletionRow = {
  deletion_id: 'd',
  workspace_id: 'w',
  organization_id: 'org1',
  epoch: 1,
  kind: 'deletion_planned',
  state: 'purging',
  requested_by: 'ann',
  delete_time: at(-60),
  purge_time: at(0),
  purge_mode: 'automatic',
  ...{ sweep_delay_seconds: 0, sweep_time: at(0) },
  ...{ restore_time: null, restored_by: null, purged_time: null, replay_of: null, superseded_time: null },
  ...{ grant_time: at(0), granted_by: 'loop' },
  ...{ unproven_blocks: null, unproven_epoch: null },
  ...{ keep_blocks: false, release_time: null },
  ...{ pause_time: null, paused_by: null, pause_reason: null, retries: 0, order_time: null },
};

export const participant = (name: string, more: Partial<ParticipantRow> = {}): ParticipantRow => ({
  ...{ deletion_id: 'd', participant: name, gives_block_evidence: name !== 'search' },
  ...{ evidence: null, report_time: null, report_form: 2 },
  ...more,
});

interface Said {
  /** When it spoke last; and when that was something new. */
  readonly at: number;
  readonly changed?: number;
  readonly progress?: object;
  readonly blockedUntil?: number | null;
  /** What it says that waits; blocks when absent. */
  readonly type?: string;
}

export const said = (name: string, { at: spoke, changed = spoke, ...more }: Said): ProgressRow => ({
  ...{ deletion_id: 'd', participant: name, report_time: at(spoke), change_time: at(changed) },
  progress: more.progress ?? {},
  conditions:
    more.blockedUntil === undefined
      ? []
      : [
          {
            ...{ type: more.type ?? 'Blocked', source: name, message: '1 blocks cannot be deleted: locked' },
            ...(more.blockedUntil !== null && { until: at(more.blockedUntil).toISOString() }),
          },
        ],
});

export const factsOf = (
  row: Partial<DeletionRow>,
  participants: readonly ParticipantRow[],
  reports: readonly ProgressRow[] = [],
  more: Partial<DeletionFacts> = {},
): DeletionFacts => ({
  row: { ...ROW, ...row },
  ...{ participants, reports },
  ...{ held: { holds: 0, since: null }, progress: undefined },
  ...more,
});

export const typesOf = (conditions: readonly Condition[]): string[] => conditions.map(({ type }) => type);
