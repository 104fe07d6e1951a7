import { randomUUID } from 'node:crypto';
import type { StatementClaims } from '@lethe/certificate';
import type { Condition, DeletionProgress } from '@lethe/contracts';
import { blocksAreKept } from '../deletion/deletion.js';
import type { DeletionRow, ParticipantRow } from '../deletion/deletion.sql.js';
import { whoOf } from '../deletion/who.js';
import { ISSUER, SERVICE } from '../service.js';

/**
 * What a store or a sweep gives as reason, by its name. A message is never repeated: an operator's pause gives a reason in words, and so
 * may a participant.
 */
const REASONS = [
  ...['AccessDenied', 'CameBack', 'InternalError', 'InvalidAccessKeyId', 'Locked', 'NoSuchBucket'],
  ...['NotConfigured', 'NotRecognized', 'RequestTimeout', 'ServiceUnavailable', 'SlowDown', 'StillThere'],
];

/** What an interim statement says of a deletion that is under way. */
export function claimsOfStatement(
  { row, participants }: { readonly row: DeletionRow; readonly participants: readonly ParticipantRow[] },
  described: {
    readonly progress: DeletionProgress | undefined;
    readonly conditions: readonly Condition[];
  },
  now: Date,
): StatementClaims {
  return {
    version: 1,
    statement: 'interim: the deletion is not complete',
    statementId: randomUUID(),
    deletionId: row.deletion_id,
    ...(row.replay_of === null ? {} : { replayOf: row.replay_of }),
    organizationId: row.organization_id,
    workspaceId: row.workspace_id,
    epoch: row.epoch,
    kind: row.kind,
    ...whoOf(row),
    deleteTime: iso(row.delete_time),
    purgeTime: iso(row.purge_time),
    sweepTime: iso(row.sweep_time),
    grantTime: (row.grant_time as Date).toISOString(),
    statedTime: now.toISOString(),
    blocksKept: blocksAreKept(row),
    paused: row.pause_time !== null,
    ...(row.unproven_blocks === null || row.unproven_epoch === null
      ? {}
      : { unproven: { blocks: row.unproven_blocks, epoch: row.unproven_epoch } }),
    participants: participants.map(({ participant, report_time: reportTime }) => ({
      participant,
      reportTime: iso(reportTime),
    })),
    progress: progressOf(described.progress),
    conditions: described.conditions.map(conditionOf),
    issuer: ISSUER,
    service: SERVICE,
  };
}

function progressOf(progress: DeletionProgress | undefined): StatementClaims['progress'] {
  if (progress === undefined) return null;
  const { blocksTotal, blocksSwept, blocksRetained, blocksBlocked, bytesTotal } = progress;
  return { blocksTotal, blocksSwept, blocksRetained, blocksBlocked, bytesTotal };
}

function conditionOf({
  type,
  source,
  message,
  since,
  until,
}: Condition): StatementClaims['conditions'][number] {
  const named = /^[A-Za-z]{1,64}$/.test(type);
  const blocks = type === 'Paused' ? undefined : /\b(\d{1,15}) blocks?\b/.exec(message)?.[1];
  return {
    type: named ? type : 'Other',
    source,
    reason: type === 'Paused' ? null : reasonIn(message),
    blocks: blocks === undefined ? null : Number(blocks),
    since: iso(since),
    until: iso(until),
  };
}

function reasonIn(message: string): string | null {
  const known = REASONS.find((reason) => new RegExp(`\\b${reason}\\b`).test(message));
  return known ?? (/\bblocked until\b/.test(message) ? 'Locked' : null);
}

const iso = (time: Date | null | undefined): string | null => time?.toISOString() ?? null;
