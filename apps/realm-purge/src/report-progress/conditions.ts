import type { Condition } from '@lethe/contracts';
import type { PageSums, PurgeState } from '../purge/purge.sql.js';
import type { ProgressingRow } from './report-progress.sql.js';
import { quarantineEnd } from '../purge/quarantine.js';

export interface Patience {
  readonly uploadQuarantineSeconds: number;
  /** A page without a receipt for so long is worth saying. */
  readonly rereleaseMs: number;
}

/** A failure or two, or a moment without room, go by themselves. */
const FAILURES_TO_TELL = 3;
const MAX_MESSAGE = 2_000;
const HAS_NO_METADATA: readonly string[] = ['shredded', 'releasing'] satisfies PurgeState[];

/**
 * What holds a purge up, or will: at most one condition of a type, sorted by type. It says the same as long as the same holds:
 * since when, never for how long.
 */
export function conditionsOf(purge: ProgressingRow, pages: PageSums, patience: Patience): Condition[] {
  const found: Condition[] = [];
  const add = (type: string, message: string, since?: Date | null, until?: Date | null) =>
    found.push({
      type,
      source: '',
      message: message.slice(0, MAX_MESSAGE),
      since: since ?? undefined,
      until: until ?? undefined,
    });

  if (pages.blocked_pages > 0) {
    const others = pages.blocked_reasons - 1;
    const why = `${pages.blocked_reason ?? 'unknown'}${others > 0 ? `; and ${many(others, 'other reason')}` : ''}`;
    add(
      'Blocked',
      `${many(pages.blocked, 'block')} in ${many(pages.blocked_pages, 'page')} cannot be deleted: ${why}`,
      pages.blocked_since,
      pages.blocked_until,
    );
  }
  if (purge.failures >= FAILURES_TO_TELL && purge.failure !== null)
    add('Failing', `the last ${purge.failures} steps failed: ${purge.failure}`, purge.fail_time);
  const { limit_per_second: most, limit_until: paid } = purge;
  if (most !== null && paid !== null && pages.time < paid && purge.state === 'releasing')
    add('Limited', `at most ${many(most, 'block')} a second of its organization are released`, null, paid);
  if (purge.attention !== null) add('NeedsAttention', purge.attention);

  const end = quarantineEnd(purge, patience.uploadQuarantineSeconds);
  if (end !== undefined && pages.time < end && purge.state !== 'closed') {
    const blocks = purge.count_time === null ? 'the blocks' : many(purge.blocks_total, 'block');
    add(
      'Quarantine',
      `${blocks}: released when uploads under way at the fence are over`,
      purge.fence_time,
      end,
    );
  }
  if (purge.room_time !== null && pages.time.getTime() - purge.room_time.getTime() > patience.rereleaseMs)
    add(
      'Queued',
      `waits for room: as many pages of purges are in flight as may be, ${pages.in_flight} of them its own`,
      purge.room_time,
    );
  const rows = Object.values(purge.removed).reduce((sum, count) => sum + count, 0);
  if (purge.state === 'fenced' && rows > 0)
    add('Shredding', `${many(rows, 'row')} of keys and metadata removed so far`, purge.fence_time);
  const due = purge.sweep_time;
  if (due !== null && pages.time < due && HAS_NO_METADATA.includes(purge.state)) {
    const blocks = purge.count_time === null ? 'the blocks' : many(purge.blocks_total, 'block');
    add('SweepDelayed', `${blocks} stay, for backups of the metadata to find them`, purge.shred_time, due);
  }
  if (pages.silent > 0)
    add(
      'WaitingForSweeper',
      `${many(pages.silent, 'page')} without a receipt for more than ${Math.ceil(patience.rereleaseMs / 1_000)} s`,
      pages.silent_since,
    );
  return found;
}

const many = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
