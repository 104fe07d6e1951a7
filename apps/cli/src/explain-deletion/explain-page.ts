import { type BlockedPage, type Deletion, type Purge, type Sweep } from '@lethe/contracts';
import { blocksStayUntil } from '../deletion/blocks-stay.js';
import { byteSize, conditionLine, stateLine } from '../deletion/deletion-lines.js';
import { kindName } from '../deletion/deletion-names.js';
import { printable, printableFields, printableTime } from '../terminal/printable.js';
import { adviceOn } from './advice.js';
import type { Blocked, Diagnosis, Part } from './diagnosis.js';
import { purgeStateName } from './purge-state.js';

type Fields = readonly (readonly [string, string | undefined])[];

/** What holds a deletion up or how far it is, and what to do, for a person. */
export function explainPage(diagnosis: Diagnosis): string {
  const { deletion, purge, sweep, blocked } = diagnosis;
  return [
    part('workspace-service', deletion, (value) => [
      `Deletion ${printable(value.deletionId)}, ${stateLine(value)}`,
      deletionFields(value),
    ]),
    part('realm-purge', purge, (value) => [
      `realm-purge: ${purgeStateName(value.state)}`,
      purgeFields(value, deletion),
    ]),
    part('blob-sweeper', sweep, (value) => [
      'blob-sweeper',
      [...sweepFields(value), ...blockedFields(blocked)],
    ]),
    // Where one of its two answers is missing, the other one is told all the same.
    sweep.kind === 'known' && blocked.kind === 'away' ? part('blob-sweeper', blocked, () => ['', []]) : '',
    holdsUp(diagnosis),
    whatToDo(diagnosis),
  ].join('');
}

function part<T>(service: string, said: Part<T>, page: (value: T) => readonly [string, Fields]): string {
  switch (said.kind) {
    case 'none':
      return `${service}: knows of nothing to remove yet\n`;
    case 'away':
      return `${service}: did not answer: ${printable(said.why)}\n`;
    case 'known': {
      const [title, fields] = page(said.value);
      return `${title}\n${printableFields(fields)}`;
    }
  }
}

const time = (at: Date | undefined): string | undefined => at && printableTime(at);
const some = (count: number, unit = ''): string | undefined => (count > 0 ? `${count}${unit}` : undefined);

const deletionFields = (deletion: Deletion): Fields => [
  ['workspace', deletion.workspaceId],
  ['organization', deletion.organizationId],
  ['kind', kindName(deletion.kind)],
  ['not purged before', time(deletion.purgeTime)],
  ['purge granted', time(deletion.grantTime)],
  ['blocks stay until', time(blocksStayUntil(deletion))],
  ['replays', deletion.replayOf],
  ...deletion.participants.map(
    ({ participant, reportTime }) =>
      [
        participant,
        reportTime === undefined ? 'has not reported' : `reported ${printableTime(reportTime)}`,
      ] as const,
  ),
];

const purgeFields = (purge: Purge, deletion: Diagnosis['deletion']): Fields => [
  ['ordered', time(purge.orderTime)],
  ['fenced', time(purge.fenceTime) ?? 'not yet: the realm still takes writes'],
  ['metadata gone', time(purge.shredTime) ?? 'not yet'],
  ['blocks counted', time(purge.countTime) ?? 'not yet'],
  ['blocks released from', time(releasedFrom(purge, deletion))],
  ['blocks', purge.countTime && `${purge.blocksTotal}, ${byteSize(purge.bytesTotal)}`],
  ['removed', some(purge.blocksSwept)],
  ['left to live realms', some(purge.blocksRetained)],
  ['blocked', some(purge.blocksBlocked)],
  ['to go', purge.countTime && String(purge.blocksLeft)],
  ['pages in flight', some(purge.pagesInFlight)],
  ['speed', purge.blocksPerSecond > 0 ? `${Math.round(purge.blocksPerSecond)} blocks/s` : undefined],
  ['ends about', time(purge.estimatedEndTime)],
  ['failed steps', some(purge.failures, ' in a row')],
  ['attention', purge.attention],
  ['closed', time(purge.closeTime)],
];

/** When the quarantine is over, and the delay too. */
function releasedFrom({ quarantineEndTime: end }: Purge, deletion: Diagnosis['deletion']): Date | undefined {
  const due = deletion.kind === 'known' ? blocksStayUntil(deletion.value) : undefined;
  return end !== undefined && due !== undefined && due > end ? due : end;
}

const sweepFields = (sweep: Sweep): Fields => [
  ['pages verified', String(sweep.pagesVerified)],
  ['pages blocked', String(sweep.pagesBlocked)],
  ['blocks removed', String(sweep.blocksSwept)],
  ['reported', time(sweep.reportTime)],
];

function blockedFields(blocked: Part<Blocked>): Fields {
  if (blocked.kind !== 'known') return [];
  const byReason = new Map<string, BlockedPage[]>();
  for (const page of blocked.value.pages)
    byReason.set(page.reason, [...(byReason.get(page.reason) ?? []), page]);
  const fields = [...byReason].map(([reason, pages]) => ['blocked', reasonPhrase(reason, pages)] as const);
  return blocked.value.more ? [...fields, ['blocked', 'on more pages, which are not shown']] : fields;
}

function reasonPhrase(reason: string, pages: readonly BlockedPage[]): string {
  const blocks = pages.reduce((sum, { blocksLeft }) => sum + blocksLeft, 0);
  const untils = pages.flatMap(({ until }) => (until === undefined ? [] : [until.getTime()]));
  const until = untils.length === 0 ? '' : `, until ${printableTime(new Date(Math.max(...untils)))}`;
  return `${blocks} blocks on ${pages.length} page(s): ${reason}${until}`;
}

function holdsUp({ deletion }: Diagnosis): string {
  if (deletion.kind !== 'known') return '';
  const { conditions } = deletion.value;
  if (conditions.length === 0) return 'Nothing holds it up.\n';
  return conditions.map((condition) => `${conditionLine(condition)}\n`).join('');
}

function whatToDo(diagnosis: Diagnosis): string {
  const advice = adviceOn(diagnosis);
  if (advice.length === 0) return '';
  const lines = advice.map(
    ({ why, command }) => `  ${printable(why)}${command === undefined ? '' : `:\n    ${command}`}\n`,
  );
  return `What to do:\n${lines.join('')}`;
}
