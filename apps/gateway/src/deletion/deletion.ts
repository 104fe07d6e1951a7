import { DeletionKind, DeletionState, type Deletion } from '@lethe/contracts';
import { unreachable } from '@lethe/outcome';
import { z } from 'zod';
import { toWireText, toWireTime, wireTime } from '../http/wire-time.js';

const deletionState = z.enum(['scheduled', 'restored', 'purging', 'purged', 'superseded']);
const deletionKind = z.enum(['deletion_planned', 'orphaned']);

/** The deletion resource: where it stands, who asked, what holds it up. */
export const deletionResource = z
  .object({
    deletionId: z.string(),
    workspaceId: z.string(),
    epoch: z.int(),
    kind: deletionKind,
    state: deletionState,
    requestedBy: z.string().optional(),
    deleteTime: wireTime.optional(),
    purgeTime: wireTime.optional().describe('Not purged before'),
    sweepTime: wireTime
      .optional()
      .describe('Its blocks stay until then, for backups of the metadata to find them; absent: never purged'),
    restoreTime: wireTime.optional(),
    restoredBy: z.string().optional(),
    grantTime: wireTime.optional().describe('From here on nothing can restore the workspace'),
    purgedTime: wireTime.optional(),
    certificateId: z.string().optional(),
    progress: z
      .object({
        blocksTotal: z.int(),
        blocksSwept: z.int(),
        blocksRetained: z.int(),
        blocksBlocked: z.int(),
        bytesTotal: z.int(),
        blocksPerSecond: z.number(),
        estimatedEndTime: wireTime.optional(),
      })
      .optional(),
    conditions: z
      .array(
        z.object({
          type: z.string(),
          source: z.string(),
          message: z.string(),
          since: wireTime.optional(),
          until: wireTime.optional(),
        }),
      )
      .describe('What holds the deletion up, or will'),
    participants: z
      .array(z.object({ participant: z.string(), reportTime: wireTime.optional() }))
      .describe('Who has to report that nothing is left, and when each did'),
  })
  .meta({ id: 'Deletion' });

export function toDeletionResource(deletion: Deletion | undefined): z.output<typeof deletionResource> {
  if (deletion === undefined) throw new TypeError('workspace-service answered without a deletion');
  const { progress } = deletion;
  return {
    deletionId: deletion.deletionId,
    workspaceId: deletion.workspaceId,
    epoch: deletion.epoch,
    kind: toKind(deletion.kind),
    state: toState(deletion.state),
    requestedBy: toWireText(deletion.requestedBy),
    deleteTime: toWireTime(deletion.deleteTime),
    purgeTime: toWireTime(deletion.purgeTime),
    sweepTime: toWireTime(deletion.sweepTime),
    restoreTime: toWireTime(deletion.restoreTime),
    restoredBy: toWireText(deletion.restoredBy),
    grantTime: toWireTime(deletion.grantTime),
    purgedTime: toWireTime(deletion.purgedTime),
    certificateId: toWireText(deletion.certificateId),
    progress: progress && { ...progress, estimatedEndTime: toWireTime(progress.estimatedEndTime) },
    conditions: deletion.conditions.map(({ type, source, message, since, until }) => ({
      type,
      source,
      message,
      since: toWireTime(since),
      until: toWireTime(until),
    })),
    participants: deletion.participants.map(({ participant, reportTime }) => ({
      participant,
      reportTime: toWireTime(reportTime),
    })),
  };
}

function toState(state: DeletionState): z.output<typeof deletionState> {
  switch (state) {
    case DeletionState.SCHEDULED:
      return 'scheduled';
    case DeletionState.RESTORED:
      return 'restored';
    case DeletionState.PURGING:
      return 'purging';
    case DeletionState.PURGED:
      return 'purged';
    case DeletionState.SUPERSEDED:
      return 'superseded';
    case DeletionState.UNSPECIFIED:
    case DeletionState.UNRECOGNIZED:
      throw new TypeError('workspace-service answered a state that the contract does not know');
    default:
      return unreachable(state);
  }
}

function toKind(kind: DeletionKind): z.output<typeof deletionKind> {
  switch (kind) {
    case DeletionKind.DELETION_PLANNED:
      return 'deletion_planned';
    case DeletionKind.ORPHANED:
      return 'orphaned';
    case DeletionKind.UNSPECIFIED:
    case DeletionKind.UNRECOGNIZED:
      throw new TypeError('workspace-service answered a kind that the contract does not know');
    default:
      return unreachable(kind);
  }
}
