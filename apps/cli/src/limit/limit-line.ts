import type { ReleaseLimit, SweepLimit } from '@lethe/contracts';
import { printable, printableTime } from '../terminal/printable.js';

/** A rate limit, of an organization or of a store. */
export type Limit = ReleaseLimit | SweepLimit;

/** On a line of its own; what may be of any length stands last. */
export function limitLine(limit: Limit): string {
  const { blocksPerSecond, setBy, setTime } = limit;
  const time = setTime === undefined ? '-' : printableTime(setTime);
  const of = 'store' in limit ? `store=${limit.store}` : `organization=${limit.organizationId}`;
  return `Limit  blocks_per_second=${blocksPerSecond}  set_time=${time}  set_by=${printable(setBy)}  ${printable(of)}\n`;
}

export function limitJson(limit: Limit): Record<string, unknown> {
  const { blocksPerSecond, setBy, setTime } = limit;
  return {
    ...('store' in limit ? { store: limit.store } : { organization_id: limit.organizationId }),
    blocks_per_second: blocksPerSecond,
    set_by: setBy,
    set_time: setTime === undefined ? null : printableTime(setTime),
  };
}
