import type { PageSums, PurgeRow } from './purge.sql.js';
import { quarantineEnd } from './quarantine.js';

export interface Rate {
  /** Blocks whose pages settled, in a second of the last minute, or since the release began if that is less. 0: nothing moves. */
  readonly blocksPerSecond: number;
  /** When nothing is left at this rate. Absent when nothing moves, something holds it, or all that is left is blocked. */
  readonly estimatedEndTime: Date | undefined;
}

const WINDOW_SECONDS = 60;

/** How fast a purge goes, as measured lately by the database's clock. */
export function rateOf(
  purge: Pick<
    PurgeRow,
    'state' | 'count_time' | 'fence_time' | 'sweep_time' | 'held' | 'attention' | 'blocks_total'
  >,
  pages: Pick<PageSums, 'time' | 'rows' | 'rows_lately' | 'blocked_rows'>,
  quarantineSeconds: number,
): Rate {
  const counted = purge.count_time?.getTime();
  if (counted === undefined) return { blocksPerSecond: 0, estimatedEndTime: undefined };
  const waitedFor = [quarantineEnd(purge, quarantineSeconds), purge.sweep_time ?? undefined];
  const began = Math.max(counted, ...waitedFor.map((time) => time?.getTime() ?? counted));
  const now = pages.time.getTime();
  const seconds = Math.min(WINDOW_SECONDS, Math.max(1, (now - began) / 1_000));
  const blocksPerSecond = pages.rows_lately / seconds;

  const left = purge.blocks_total - pages.rows - pages.blocked_rows;
  const goesOn = purge.state === 'releasing' && purge.held === null && purge.attention === null;
  const estimated = goesOn && left > 0 && blocksPerSecond > 0;
  return {
    blocksPerSecond,
    estimatedEndTime: estimated ? new Date(now + Math.ceil((1_000 * left) / blocksPerSecond)) : undefined,
  };
}
