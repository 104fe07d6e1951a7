import {
  DeletionKind,
  DeletionState,
  ErasureEvidence,
  type Deletion,
  type Grant,
  type ParticipantStatus,
} from '@lethe/contracts';
import type { DeletionRow, ParticipantRow } from './deletion.sql.js';

const KINDS = {
  deletion_planned: DeletionKind.DELETION_PLANNED,
  orphaned: DeletionKind.ORPHANED,
} as const;
const STATES = {
  scheduled: DeletionState.SCHEDULED,
  restored: DeletionState.RESTORED,
  purging: DeletionState.PURGING,
  purged: DeletionState.PURGED,
  superseded: DeletionState.SUPERSEDED,
} as const;

export const wireKind = (kind: DeletionRow['kind']): DeletionKind => KINDS[kind];

/** The deletion itself, without what participants say of it. */
export function wireDeletion(row: DeletionRow): Deletion {
  return {
    deletionId: row.deletion_id,
    workspaceId: row.workspace_id,
    organizationId: row.organization_id,
    epoch: row.epoch,
    kind: KINDS[row.kind],
    state: STATES[row.state],
    requestedBy: row.requested_by,
    deleteTime: row.delete_time ?? undefined,
    purgeTime: row.purge_time ?? undefined,
    restoreTime: row.restore_time ?? undefined,
    restoredBy: row.restored_by ?? '',
    grantTime: row.grant_time ?? undefined,
    purgedTime: row.purged_time ?? undefined,
    certificateId: '',
    progress: undefined,
    conditions: [],
    participants: [],
    keepBlocks: row.keep_blocks,
    replayOf: row.replay_of ?? '',
    sweepTime: row.sweep_time ?? undefined,
  };
}

export function wireParticipant(row: ParticipantRow): ParticipantStatus {
  return {
    participant: row.participant,
    givesBlockEvidence: row.gives_block_evidence,
    reportTime: row.report_time ?? undefined,
    evidence: row.evidence === null ? undefined : ErasureEvidence.fromJSON(row.evidence),
  };
}

/** The order was to keep them, and nobody has released them since. */
export const blocksAreKept = (row: DeletionRow): boolean => row.keep_blocks && row.release_time === null;

/** The delay that was frozen with it is over. No time is no permission. */
export const blocksAreDue = ({ sweep_time: due }: Pick<DeletionRow, 'sweep_time'>, now: Date): boolean =>
  due !== null && due <= now;

/** @param now by the database's clock, read for this very answer: it tells whether blocks may go. */
export function wireGrant(row: DeletionRow, participants: readonly ParticipantRow[], now: Date): Grant {
  return {
    deletionId: row.deletion_id,
    organizationId: row.organization_id,
    workspaceId: row.workspace_id,
    epoch: row.epoch,
    kind: KINDS[row.kind],
    grantTime: row.grant_time ?? undefined,
    participants: participants.filter((p) => p.deletion_id === row.deletion_id).map(wireParticipant),
    paused: row.pause_time !== null,
    blocksKept: blocksAreKept(row),
    retries: row.retries,
    replayOf: row.replay_of ?? '',
    sweepTime: row.sweep_time ?? undefined,
    blocksDue: blocksAreDue(row, now),
  };
}
