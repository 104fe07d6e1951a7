import type { StatementClaims } from '../statement-claims.js';
import { deletionRows } from './deletion-rows.js';
import { grid, page, section, table, warning, type Row, type Seal } from './html.js';

/** An interim statement for people: nothing of it may be taken for a certificate. */
export function statementHtml(jws: string, claims: StatementClaims, seal: Seal): string {
  return page('Interim statement on a deletion', seal, jws, [
    warning('This is not a deletion certificate. The deletion is not complete.'),
    table([
      ['Statement', claims.statementId],
      ['Stated', claims.statedTime],
      ['Issuer', claims.issuer],
      ...deletionRows(claims),
      ['Paused', claims.paused ? 'yes' : 'no'],
      ['Blocks kept', claims.blocksKept ? 'yes, until an operator releases them' : 'no'],
      ...unproven(claims.unproven),
    ]),
    section(
      'Who has to report that nothing is left',
      table(claims.participants.map((p): Row => [p.participant, p.reportTime ?? 'has not reported'])),
    ),
    section('Blocks, as participants last said', table(progress(claims.progress))),
    section(
      'What holds it up',
      claims.conditions.length === 0
        ? '<p>Nothing that is known.</p>'
        : grid(
            ['Condition', 'Source', 'Reason', 'Blocks', 'Since', 'Until'],
            claims.conditions.map((c) => [
              ...[c.type, c.source, c.reason ?? '', c.blocks === null ? '' : String(c.blocks)],
              ...[c.since ?? '', c.until ?? ''],
            ]),
          ),
    ),
  ]);
}

const unproven = (claim: StatementClaims['unproven']): Row[] =>
  claim === undefined
    ? []
    : [['Never shown to be gone', `${claim.blocks} blocks that epoch ${claim.epoch} reported`]];

function progress(said: StatementClaims['progress']): Row[] {
  if (said === null) return [['Progress', 'nothing was said yet']];
  return [
    ['Total', String(said.blocksTotal)],
    ['Gone so far', String(said.blocksSwept)],
    ['Left in place, another realm refers to them', String(said.blocksRetained)],
    ['Blocked', String(said.blocksBlocked)],
    ['Bytes of all blocks', String(said.bytesTotal)],
  ];
}
