import { Condition } from '@lethe/contracts';
import { blocksAreKept } from './deletion.js';
import type { DeletionRow, ParticipantRow, ProgressRow } from './deletion.sql.js';

/** What is known of a purge under way. */
export interface PurgeFacts {
  readonly row: DeletionRow;
  readonly participants: readonly ParticipantRow[];
  /** What each participant last said of its progress, if anything. */
  readonly reports: readonly ProgressRow[];
}

/** After how long a silence counts as one, and a purge that does not change as standing still. */
export interface Patience {
  readonly noProgressSeconds: number;
}
export const PATIENCE: Patience = { noProgressSeconds: 180 };

export interface Standstill {
  /** The time since when, with whom it is: participants that have neither reported nor said anything. */
  readonly silent: readonly { readonly participant: string; readonly since: Date }[];
  /** Nothing that anybody says has changed since. Undefined: it goes on, or waits for an operator, or for a time that is known. */
  readonly noProgressSince: Date | undefined;
  /** When the answer will be another one though nothing is said; undefined: never. */
  readonly turnTime: Date | undefined;
}

/**
 * Tells a purge that stands still from one that works. By the clock that is given, which is the database's: the same facts at any
 * time between two turns give the same answer. A pause and kept blocks are an operator's doing; what cannot go before a
 * known time is waited for until then; and an operator's order begins the count anew.
 */
export function standstillOf(facts: PurgeFacts, { noProgressSeconds }: Patience, now: Date): Standstill {
  if (facts.row.state !== 'purging' || facts.row.pause_time !== null) return NONE;
  const patienceMs = noProgressSeconds * 1000;
  const isOver = (since: Date) => now.getTime() - since.getTime() >= patienceMs;

  const words = facts.participants
    .filter((participant) => participant.report_time === null && !waitsForRelease(facts, participant))
    .map((participant) => ({
      participant: participant.participant,
      since: latest(...begins(facts), ...wordsOf(facts, participant)),
    }));
  const changed = blocksAreKept(facts.row) ? undefined : latest(...begins(facts), ...changesOf(facts));
  const turns = [...words.map(({ since }) => since), ...(changed ? [changed] : [])]
    .filter((since) => !isOver(since))
    .map((since) => since.getTime() + patienceMs);
  return {
    silent: words.filter(({ since }) => isOver(since)),
    noProgressSince: changed !== undefined && isOver(changed) ? changed : undefined,
    turnTime: turns.length === 0 ? undefined : new Date(Math.min(...turns)),
  };
}

const NONE: Standstill = { silent: [], noProgressSince: undefined, turnTime: undefined };

/** Whoever counts blocks has nothing more to say while they are kept, once it has begun. */
const waitsForRelease = ({ row, participants, reports }: PurgeFacts, participant: ParticipantRow): boolean =>
  blocksAreKept(row) && participant.gives_block_evidence && reportsOnBlocks(participants, reports).length > 0;

/** A page of blocks moves only when each of those who count them does its part: what one says, speaks for the others. */
function wordsOf({ participants, reports }: PurgeFacts, participant: ParticipantRow): Date[] {
  const own = reports.filter((report) => report.participant === participant.participant);
  const shared = participant.gives_block_evidence ? reportsOnBlocks(participants, reports) : [];
  return [
    ...own.map((report) => report.report_time),
    ...shared.map((report) => report.change_time),
    ...[...own, ...shared].flatMap(waitedFor),
  ];
}

const changesOf = ({ participants, reports }: PurgeFacts): Date[] => [
  ...participants.flatMap((participant) => participant.report_time ?? []),
  ...reports.map((report) => report.change_time),
  ...reports.flatMap(waitedFor),
];

const begins = ({ row }: PurgeFacts): Date[] =>
  [row.grant_time, row.order_time].filter((time) => time !== null);

/** What participants say who count blocks; the others know nothing of them. */
export const reportsOnBlocks = (
  participants: readonly ParticipantRow[],
  reports: readonly ProgressRow[],
): ProgressRow[] =>
  reports.filter(({ participant }) =>
    participants.some((required) => required.participant === participant && required.gives_block_evidence),
  );

/** The times that participants wait for: what is locked until then, and uploads that were under way at the fence. */
const waitedFor = ({ conditions }: ProgressRow): Date[] =>
  conditions.map((condition) => Condition.fromJSON(condition)).flatMap(({ until }) => until ?? []);

const latest = (...times: readonly Date[]): Date =>
  new Date(Math.max(0, ...times.map((time) => time.getTime())));
