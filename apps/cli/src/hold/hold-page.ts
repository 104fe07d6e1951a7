import type { Hold } from '@lethe/contracts';
import { printable, printableFields, printableTime } from '../terminal/printable.js';

/** A hold, to be read by a person. */
export function holdPage(hold: Hold): string {
  const state = hold.releaseTime === undefined ? 'in force' : 'released';
  const fields = printableFields([
    ['workspace', hold.workspaceId],
    ['origin', hold.origin],
    ['reason', hold.reason],
    ['placed', act(hold.placeTime, `${hold.placedBy}${hold.byOperator ? ' (operator)' : ' (user)'}`)],
    ['released', hold.releaseTime && act(hold.releaseTime, hold.releasedBy)],
  ]);
  return `Hold ${printable(hold.holdId)}, ${state}\n${fields}`;
}

const act = (time: Date | undefined, by: string): string =>
  `${time === undefined ? '' : `${printableTime(time)} `}by ${by}`;

/** The same for scripts; null for what is not there (yet). */
export function holdJson(hold: Hold): Record<string, unknown> {
  const time = (at: Date | undefined) => (at === undefined ? null : printableTime(at));
  return {
    hold_id: hold.holdId,
    workspace_id: hold.workspaceId,
    origin: hold.origin,
    reason: hold.reason,
    placed_by: hold.placedBy,
    by_operator: hold.byOperator,
    place_time: time(hold.placeTime),
    released_by: hold.releasedBy || null,
    release_time: time(hold.releaseTime),
  };
}
