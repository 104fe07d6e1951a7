import type { Hold } from '@lethe/contracts';
import type { HoldRow } from './hold.sql.js';

/**
 * A legal hold: while one is in force, its workspace is neither deleted nor purged. Where that is looked at, and why that is enough:
 *
 * - Deletion: delete-workspace reads the holds with all that it decides upon, and writes by a compare-and-set on the etag, which
 *   each placing and releasing raises behind the row's lock. So a hold that commits first is seen or makes it look again, and one
 *   that commits later finds a deleted workspace and holds that. Behind both stands the trigger workspace_is_clear.
 * - Preview: the same decision upon the same facts.
 * - The grant (both kinds): its compare-and-set asks that no hold is in force, behind the same lock. A hold that commits before the
 *   grant prevents it (invariant S16).
 * - Every destructive step: none happens without a grant (participants ask GetGrant before each), and no hold is placed after one:
 *   PlaceHold refuses it with PURGE_STARTED, and the trigger hold_needs_workspace whoever writes. So at a destructive step no hold
 *   can be in force, and to ask for holds there again would ask what the grant has answered for good.
 */
export function wireHold(row: HoldRow): Hold {
  return {
    holdId: row.hold_id,
    workspaceId: row.workspace_id,
    origin: row.origin,
    reason: row.reason,
    placedBy: row.placed_by,
    byOperator: row.by_operator,
    placeTime: row.place_time,
    releasedBy: row.released_by ?? '',
    releaseTime: row.release_time ?? undefined,
  };
}
