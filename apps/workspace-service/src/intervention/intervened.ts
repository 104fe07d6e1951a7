import type { Grant } from '@lethe/contracts';
import { unreachable } from '@lethe/outcome';
import { wireGrant } from '../deletion/deletion.js';
import { refusals, refused } from '../refusals.js';
import { textOf, uuidOf } from '../requests.js';
import type { InterventionOrder, InterventionOutcome } from './intervention.js';

/** Which workspace, and by whom. @throws INVALID_ARGUMENT. */
export const interventionOf = (request: {
  readonly workspaceId: string;
  readonly orderedBy: string;
}): InterventionOrder => ({
  workspaceId: uuidOf(request.workspaceId),
  operator: textOf(request.orderedBy, 'ordered_by', 128),
});

/** An intervention's outcome as it travels. @throws WORKSPACE_NOT_FOUND, NOT_PURGING, BLOCKS_NOT_KEPT. */
export function intervened(outcome: InterventionOutcome): { grant: Grant } {
  switch (outcome.kind) {
    case 'done':
      return { grant: wireGrant(outcome.deletion, outcome.participants, outcome.now) };
    case 'not_found':
      throw refusals.workspaceNotFound();
    case 'not_purging':
      throw refused(
        'NOT_PURGING',
        'The workspace is not being purged: its purge was not granted, or is over',
      );
    case 'blocks_not_kept':
      throw refused('BLOCKS_NOT_KEPT', 'This purge was not ordered to keep its blocks');
    default:
      return unreachable(outcome);
  }
}
