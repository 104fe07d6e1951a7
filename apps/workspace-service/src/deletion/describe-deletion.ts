import { Condition, DeletionProgress, type Deletion } from '@lethe/contracts';
import type { Queryable } from '@lethe/postgres';
import { judgeReports } from './judge-reports.js';
import {
  holdsInForce,
  findCertificate,
  listParticipantRows,
  listProgress,
  type DeletionRow,
  type ParticipantRow,
  type ProgressRow,
} from './deletion.sql.js';
import { wireDeletion, wireParticipant } from './deletion.js';

const SOURCE = 'workspace-service';

/** The deletion as its resource shows it: what happened, how far it is, and what holds it up. */
export async function describeDeletion(db: Queryable, row: DeletionRow): Promise<Deletion> {
  const [participants, progress, certificate, held] = await Promise.all([
    listParticipantRows(db, [row.deletion_id]),
    listProgress(db, row),
    findCertificate(db, row),
    holdsInForce(db, row),
  ]);
  const conditions = [
    ...ownConditions(row, participants, held),
    ...progress.flatMap((report) => report.conditions.map((condition) => Condition.fromJSON(condition))),
  ];
  return {
    ...wireDeletion(row),
    certificateId: certificate?.certificate_id ?? '',
    participants: participants.map(wireParticipant),
    progress: progressOf(progress, participants),
    conditions: row.state === 'purged' || row.state === 'restored' ? [] : conditions.sort(byTypeAndSource),
  };
}

function ownConditions(
  row: DeletionRow,
  participants: readonly ParticipantRow[],
  held: { holds: number; since: Date | null },
): Condition[] {
  const condition = (
    type: string,
    message: string,
    since: Date | null,
    until: Date | null = null,
  ): Condition => ({
    type,
    source: SOURCE,
    message,
    since: since ?? undefined,
    until: until ?? undefined,
  });
  if (row.state === 'scheduled') {
    return [
      ...(held.holds > 0 ? [condition('Held', `${held.holds} hold(s) in force`, held.since)] : []),
      ...(row.purge_time === null
        ? [
            condition(
              'NoDeletionPolicy',
              'the organization had no deletion policy: it is never purged',
              row.delete_time,
            ),
          ]
        : []),
      ...(row.purge_mode === 'manual'
        ? [condition('ManualPurge', "purged only by an operator's order", row.delete_time)]
        : []),
    ];
  }
  if (row.state !== 'purging') return [];
  const judgement = judgeReports(participants);
  switch (judgement.kind) {
    case 'incomplete':
      return judgement.waitingFor.map((name) =>
        condition('ReportPending', `${name} has not reported yet`, row.grant_time),
      );
    case 'contradiction':
      return [condition('ReportsContradict', judgement.reason, row.grant_time)];
    case 'agreement':
      return [
        condition(
          'CertificatePending',
          'all have reported; the certificate is being written',
          row.grant_time,
        ),
      ];
  }
}

/** What was said last, by one who counts blocks, while the purge went on; what was counted once it is over. */
function progressOf(
  reports: readonly ProgressRow[],
  participants: readonly ParticipantRow[],
): DeletionProgress | undefined {
  const counts = (name: string) =>
    participants.some(
      ({ participant, gives_block_evidence }) => gives_block_evidence && participant === name,
    );
  const [newest] = reports
    .filter(({ participant }) => counts(participant))
    .sort((a, b) => b.report_time.getTime() - a.report_time.getTime());
  const said = newest && DeletionProgress.fromJSON(newest.progress);
  const counted = participants.map(wireParticipant).find(({ evidence }) => evidence?.blocks)
    ?.evidence?.blocks;
  if (counted === undefined) return said;
  const { blocksTotal, blocksSwept, blocksRetained } = counted;
  return DeletionProgress.create({ ...said, blocksTotal, blocksSwept, blocksRetained, blocksBlocked: 0 });
}

function byTypeAndSource(a: Condition, b: Condition): number {
  return a.type.localeCompare(b.type, 'en') || a.source.localeCompare(b.source, 'en');
}
