import type { DeletionProgress } from '@lethe/contracts';
import { Condition } from '@lethe/contracts';
import { certificateWithheld } from './certificate-withheld.js';
import { blocksAreKept } from './deletion.js';
import { judgeReports, unprovenBlocks } from './judge-reports.js';
import { standstillOf, type Patience, type PurgeFacts, type Standstill } from './standstill.js';

/** Of the authority's own conditions; no participant is called so. */
export const SOURCE = 'workspace-service';

/** What a deletion is described by. */
export interface DeletionFacts extends PurgeFacts {
  /** How many holds are in force, and since when the first is. */
  readonly held: { readonly holds: number; readonly since: Date | null };
  /** What is known of the blocks, if anything. */
  readonly progress: DeletionProgress | undefined;
}

export interface Conditions {
  /** Sorted: the same facts give the same bytes. */
  readonly conditions: readonly Condition[];
  /** When they will be others though nothing changes but the time; undefined: never. */
  readonly turnTime: Date | undefined;
}

/** What holds a deletion up, or will: by the authority itself, and by what the participants say. */
export function conditionsOf(facts: DeletionFacts, patience: Patience, now: Date): Conditions {
  const { row, reports } = facts;
  if (row.state !== 'scheduled' && row.state !== 'purging') return { conditions: [], turnTime: undefined };
  const standstill = standstillOf(facts, patience, now);
  const said = reports.flatMap((report) =>
    report.conditions.map((condition) => Condition.fromJSON(condition)),
  );
  const own = row.state === 'scheduled' ? beforeGrant(facts) : purging(facts, standstill, patience);
  return { conditions: [...own, ...said].sort(inOrder), turnTime: standstill.turnTime };
}

const condition = (type: string, message: string, since: Date | null): Condition => ({
  ...{ type, source: SOURCE, message },
  since: since ?? undefined,
  until: undefined,
});

function beforeGrant({ row, held }: DeletionFacts): Condition[] {
  const { delete_time: since } = row;
  return [
    ...(held.holds > 0 ? [condition('Held', `${held.holds} hold(s) in force`, held.since)] : []),
    ...(row.purge_time === null
      ? [condition('NoDeletionPolicy', 'the organization had no deletion policy: it is never purged', since)]
      : []),
    ...(row.purge_mode === 'manual'
      ? [condition('ManualPurge', "purged only by an operator's order", since)]
      : []),
  ];
}

function purging(facts: DeletionFacts, standstill: Standstill, { noProgressSeconds }: Patience): Condition[] {
  const { row, progress } = facts;
  const { silent, noProgressSince } = standstill;
  const over = `for over ${noProgressSeconds} s`;
  return [
    ...reported(facts),
    // Users see it too: no operator is named.
    ...(row.pause_time === null
      ? []
      : [condition('Paused', `an operator paused it: ${row.pause_reason ?? ''}`, row.pause_time)]),
    ...(blocksAreKept(row) ? [condition('BlocksKept', kept(progress), row.grant_time)] : []),
    ...silent.map(({ participant, since }) =>
      condition('ParticipantSilent', `${participant} has not reported, and has said nothing ${over}`, since),
    ),
    ...(noProgressSince === undefined
      ? []
      : [condition('NoProgress', `nothing that participants say has changed ${over}`, noProgressSince)]),
  ];
}

function reported({ row, participants }: DeletionFacts): Condition[] {
  const judgement = judgeReports(participants, row);
  switch (judgement.kind) {
    case 'incomplete':
      return [
        ...judgement.waitingFor.map((name) =>
          condition('ReportPending', `${name} has not reported yet`, row.grant_time),
        ),
        ...(row.unproven_blocks === null
          ? []
          : [
              condition('BlocksUnproven', `${unprovenBlocks(row)}: no certificate for fewer`, row.grant_time),
            ]),
      ];
    case 'contradiction':
      return [condition('ReportsContradict', judgement.reason, row.grant_time)];
    case 'agreement':
      return [
        condition(
          'CertificatePending',
          certificateWithheld(row) === undefined
            ? 'all have reported; the certificate is being written'
            : 'all have reported; the certificate is withheld',
          row.grant_time,
        ),
      ];
  }
}

function kept(progress: DeletionProgress | undefined): string {
  const left = progress && progress.blocksTotal - progress.blocksSwept - progress.blocksRetained;
  const blocks = left !== undefined && left > 0 ? `${left} blocks are` : 'its blocks are';
  return `${blocks} kept until an operator releases them`;
}

/** By type, then by source, then by what is said; in the order of the letters' numbers, which no locale changes. */
function inOrder(a: Condition, b: Condition): number {
  const [left, right] = [keyOf(a), keyOf(b)];
  const differs = left.findIndex((part, i) => part !== right[i]);
  if (differs === -1) return 0;
  return (left[differs] ?? '') < (right[differs] ?? '') ? -1 : 1;
}

const keyOf = ({ type, source, message, since, until }: Condition): string[] => [
  ...[type, source, message],
  ...[since, until].map((time) => time?.toISOString() ?? ''),
];
