import { DeletionProgress, type Deletion } from '@lethe/contracts';
import type { Queryable } from '@lethe/postgres';
import { conditionsOf } from './conditions.js';
import {
  findCertificate,
  holdsInForce,
  listParticipantRows,
  listProgress,
  readClock,
  type DeletionRow,
  type ParticipantRow,
  type ProgressRow,
} from './deletion.sql.js';
import { wireDeletion, wireParticipant } from './deletion.js';
import { reportsOnBlocks, type Patience } from './standstill.js';

export interface DescribedDeletion {
  readonly deletion: Deletion;
  /** When the description will be another one though nothing changes but the time; undefined: never. */
  readonly turnTime: Date | undefined;
}

/** The deletion as its resource shows it: what happened, how far it is, and what holds it up. */
export async function describeDeletion(
  db: Queryable,
  row: DeletionRow,
  patience: Patience,
): Promise<DescribedDeletion> {
  const [participants, reports, certificate, held, now] = await Promise.all([
    listParticipantRows(db, [row.deletion_id]),
    listProgress(db, row),
    findCertificate(db, row),
    holdsInForce(db, row),
    readClock(db),
  ]);
  const progress = progressOf(reports, participants);
  const { conditions, turnTime } = conditionsOf(
    { row, participants, reports, held, progress },
    patience,
    now,
  );
  const deletion = {
    ...wireDeletion(row),
    certificateId: certificate?.certificate_id ?? '',
    participants: participants.map(wireParticipant),
    progress,
    conditions: [...conditions],
  };
  return { deletion, turnTime };
}

/** What was said last of the blocks while the purge went on; what was counted once it is over. */
export function progressOf(
  reports: readonly ProgressRow[],
  participants: readonly ParticipantRow[],
): DeletionProgress | undefined {
  const said = reportsOnBlocks(participants, reports)
    .sort((a, b) => b.report_time.getTime() - a.report_time.getTime())
    .map(({ progress }) => DeletionProgress.fromJSON(progress));
  // Who knows no total yet does not hide the count of who does.
  const newest = said.find(({ blocksTotal }) => blocksTotal > 0) ?? said[0];
  const counted = participants.map(wireParticipant).find(({ evidence }) => evidence?.blocks)
    ?.evidence?.blocks;
  if (counted === undefined) return newest;
  const { blocksTotal, blocksSwept, blocksRetained } = counted;
  return DeletionProgress.create({
    ...newest,
    ...{ blocksTotal, blocksSwept, blocksRetained, blocksBlocked: 0 },
    estimatedEndTime: undefined,
  });
}
