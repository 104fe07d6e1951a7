import type { BlockedPage, Purge, Sweep } from '@lethe/contracts';
import { deletionJson } from '../deletion/deletion-json.js';
import { printableTime } from '../terminal/printable.js';
import { adviceOn } from './advice.js';
import type { Diagnosis, Part } from './diagnosis.js';
import { purgeStateName } from './purge-state.js';

/** The same for scripts: null for what a service does not know, and `away` for what it did not say. */
export function explainJson(diagnosis: Diagnosis): Record<string, unknown> {
  const { workspaceId, deletion, purge, sweep, blocked } = diagnosis;
  return {
    workspace_id: workspaceId,
    deletion: known(deletion, deletionJson),
    purge: known(purge, purgeJson),
    sweep: known(sweep, sweepJson),
    blocked_pages: known(blocked, ({ pages }) => pages.map(blockedJson)),
    more_blocked_pages: known(blocked, ({ more }) => more),
    away: { deletion: why(deletion), purge: why(purge), sweep: why(sweep), blocked_pages: why(blocked) },
    advice: adviceOn(diagnosis).map((advice) => ({ why: advice.why, command: advice.command ?? null })),
  };
}

const known = <T, J>(part: Part<T>, json: (value: T) => J): J | null =>
  part.kind === 'known' ? json(part.value) : null;
const why = (part: Part<unknown>): string | null => (part.kind === 'away' ? part.why : null);
const time = (at: Date | undefined): string | null => (at === undefined ? null : printableTime(at));

const purgeJson = (purge: Purge): Record<string, unknown> => ({
  epoch: purge.epoch,
  state: purgeStateName(purge.state),
  order_time: time(purge.orderTime),
  fence_time: time(purge.fenceTime),
  shred_time: time(purge.shredTime),
  count_time: time(purge.countTime),
  quarantine_end_time: time(purge.quarantineEndTime),
  close_time: time(purge.closeTime),
  blocks_total: purge.blocksTotal,
  bytes_total: purge.bytesTotal,
  blocks_swept: purge.blocksSwept,
  blocks_retained: purge.blocksRetained,
  blocks_blocked: purge.blocksBlocked,
  blocks_left: purge.blocksLeft,
  pages_in_flight: purge.pagesInFlight,
  blocks_per_second: purge.blocksPerSecond,
  estimated_end_time: time(purge.estimatedEndTime),
  failures: purge.failures,
  attention: purge.attention || null,
  removed: purge.removed,
});

const sweepJson = (sweep: Sweep): Record<string, unknown> => ({
  epoch: sweep.epoch,
  pages_verified: sweep.pagesVerified,
  pages_blocked: sweep.pagesBlocked,
  blocks_swept: sweep.blocksSwept,
  blocks_retained: sweep.blocksRetained,
  report_time: time(sweep.reportTime),
});

const blockedJson = (page: BlockedPage): Record<string, unknown> => ({
  page: page.page,
  blocks_left: page.blocksLeft,
  reason: page.reason,
  since: time(page.since),
  until: time(page.until),
});
