import type {
  BlockEvidence,
  Condition,
  Deletion,
  DeletionProgress,
  ParticipantStatus,
} from '@lethe/contracts';
import { printableTime } from '../terminal/printable.js';
import { kindName, stateName } from './deletion-names.js';

/** A deletion for scripts: snake_case as the other commands' JSON, null for what is not there (yet). */
export function deletionJson(deletion: Deletion): Record<string, unknown> {
  return {
    ...listedDeletionJson(deletion),
    keep_blocks: deletion.keepBlocks,
    replay_of: deletion.replayOf || null,
    progress: deletion.progress ? progressJson(deletion.progress) : null,
    conditions: deletion.conditions.map(conditionJson),
    participants: deletion.participants.map(participantJson),
  };
}

/** The same of one in a list, which does not tell how far it is: that nothing holds it up must not be read out of it. */
export function listedDeletionJson(deletion: Deletion): Record<string, unknown> {
  return {
    deletion_id: deletion.deletionId,
    workspace_id: deletion.workspaceId,
    organization_id: deletion.organizationId,
    epoch: deletion.epoch,
    kind: kindName(deletion.kind),
    state: stateName(deletion.state),
    requested_by: deletion.requestedBy || null,
    delete_time: time(deletion.deleteTime),
    purge_time: time(deletion.purgeTime),
    sweep_time: time(deletion.sweepTime),
    restore_time: time(deletion.restoreTime),
    restored_by: deletion.restoredBy || null,
    grant_time: time(deletion.grantTime),
    purged_time: time(deletion.purgedTime),
    certificate_id: deletion.certificateId || null,
  };
}

const time = (at: Date | undefined): string | null => (at === undefined ? null : printableTime(at));

function progressJson(progress: DeletionProgress): Record<string, unknown> {
  return {
    blocks_total: progress.blocksTotal,
    bytes_total: progress.bytesTotal,
    blocks_swept: progress.blocksSwept,
    blocks_retained: progress.blocksRetained,
    blocks_blocked: progress.blocksBlocked,
    blocks_per_second: progress.blocksPerSecond,
    estimated_end_time: time(progress.estimatedEndTime),
  };
}

function conditionJson({ type, source, message, since, until }: Condition): Record<string, unknown> {
  return { type, source, message, since: time(since), until: time(until) };
}

function participantJson(status: ParticipantStatus): Record<string, unknown> {
  const { participant, givesBlockEvidence, reportTime, evidence } = status;
  return {
    participant,
    gives_block_evidence: givesBlockEvidence,
    report_time: time(reportTime),
    evidence: evidence
      ? { removed: evidence.removed, blocks: evidence.blocks ? blocksJson(evidence.blocks) : null }
      : null,
  };
}

function blocksJson(blocks: BlockEvidence): Record<string, unknown> {
  return {
    pages: blocks.pages,
    blocks_total: blocks.blocksTotal,
    blocks_swept: blocks.blocksSwept,
    blocks_retained: blocks.blocksRetained,
    root: blocks.root.toString('hex'),
    stores: blocks.stores,
  };
}
