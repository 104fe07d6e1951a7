import { status } from '@grpc/grpc-js';
import { DeletionKind, type StartPurgeRequest, type StartPurgeResponse } from '@lethe/contracts';
import { RefusalError, unreachable } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import { wireGrant } from '../deletion/deletion.js';
import { readClock, type DeletionRow } from '../deletion/deletion.sql.js';
import type { RequiredParticipants } from '../deletion/participants.js';
import { refusals, refused } from '../refusals.js';
import { organizationIdOf, textOf, uuidOf } from '../requests.js';
import { grantPurge, previewGrant, type PurgeOrder } from '../grant/grant.js';

export const startPurgeRpc =
  (pool: Pool, participants: RequiredParticipants) =>
  async (request: StartPurgeRequest): Promise<StartPurgeResponse> => {
    const order: PurgeOrder = {
      organizationId: organizationIdOf(request, 'none'),
      workspaceId: uuidOf(request.workspaceId),
      kind: kindOf(request.kind),
      by: { operator: textOf(request.orderedBy, 'ordered_by', 128), keepBlocks: request.keepBlocks },
    };
    const outcome = await (request.validateOnly ? previewGrant : grantPurge)(pool, participants, order);
    switch (outcome.kind) {
      case 'granted': {
        const grant = wireGrant(outcome.deletion, outcome.participants, await readClock(pool));
        return { grant: request.validateOnly ? { ...grant, deletionId: '' } : grant };
      }
      case 'granted_otherwise':
        throw grantedOtherwise(outcome.deletion);
      case 'organization_not_found':
        throw new RefusalError({
          code: status.NOT_FOUND,
          reason: 'ORGANIZATION_NOT_FOUND',
          message: 'Organization not found',
        });
      case 'not_found':
        throw refusals.workspaceNotFound();
      case 'already_purged':
        throw refused('ALREADY_PURGED', 'The workspace has been purged, or is being purged by another order');
      case 'not_deletable':
        throw refused('NOT_DELETABLE', 'The workspace is neither orphaned nor planned for deletion');
      case 'no_policy':
        throw refused('NO_POLICY', 'The organization had no deletion policy: nothing of it is ever purged');
      case 'sequestered':
        throw refused(
          'SEQUESTERED',
          'The organization has a sequester, which can still decrypt: its orphans are kept',
        );
      case 'held':
        throw refused('HELD', 'A hold is in force: release it first');
      case 'not_due':
        throw refused(
          'NOT_DUE',
          'The date before which this workspace must not be purged has not been reached yet',
        );
      default:
        return unreachable(outcome);
    }
  };

/** Whoever asks to keep the blocks must not take them for kept. */
const grantedOtherwise = ({ deletion_id: deletionId, release_time: releaseTime }: DeletionRow) =>
  refused(
    'GRANTED_OTHERWISE',
    releaseTime === null
      ? 'The workspace is being purged by an earlier order, which does not keep its blocks'
      : 'The blocks of this workspace were kept, and have been released since',
    { deletionId, ...(releaseTime && { releaseTime: releaseTime.toISOString() }) },
  );

function kindOf(kind: DeletionKind): PurgeOrder['kind'] {
  if (kind === DeletionKind.DELETION_PLANNED) return 'deletion_planned';
  if (kind === DeletionKind.ORPHANED) return 'orphaned';
  throw refusals.invalidArgument('kind must be DELETION_KIND_DELETION_PLANNED or DELETION_KIND_ORPHANED');
}
