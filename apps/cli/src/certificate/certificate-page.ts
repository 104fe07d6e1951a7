import type { BlockClaims, CertificateClaims } from '@lethe/certificate';
import { printable, printableFields } from '../terminal/printable.js';

type Participant = CertificateClaims['participants'][number];

/** The claims of a deletion certificate, to be read by a person. */
export function certificatePage(claims: CertificateClaims): string {
  const sections = [
    printableFields([
      ['certificate', claims.certificateId],
      ['issuer', claims.issuer],
      ['issued', claims.issueTime],
      ['number', `${claims.sequence} of this organization`],
      ['previous', claims.previous ?? 'none, it is the first'],
    ]),
    printableFields([
      ['organization', claims.organizationId],
      ['workspace', claims.workspaceId],
      ['deletion', `${claims.deletionId}, epoch ${claims.epoch}`],
      ['replay of', claims.replayOf],
      ['kind', claims.kind],
      ['requested by', claims.requestedBy],
      ['deleted', claims.deleteTime ?? undefined],
      ['not before', claims.purgeTime ?? undefined],
      ['purge granted', claims.grantTime],
    ]),
    `${heading('Blocks')}${printableFields([...blockFields(claims.blocks), ['read back by', claims.readBack]])}`,
    ...claims.participants.map(participantSection),
    ...(claims.limits.length === 0 ? [] : [limitsSection(claims.limits)]),
  ];
  return sections.join('\n');
}

function blockFields(blocks: BlockClaims): [string, string][] {
  return [
    ['total', `${blocks.total} in ${blocks.pages} pages`],
    ['gone', `${blocks.swept}, read back from every store`],
    ['left in place', `${blocks.retained}, a live realm refers to them too`],
    ['Merkle root', blocks.root],
  ];
}

function participantSection({ participant, reportTime, removed, blocks, stores }: Participant): string {
  return `${heading(`Reported by ${printable(participant)}`)}${printableFields([
    ['at', reportTime],
    ...Object.entries(removed).map(
      ([kind, count]) => [`removed ${printable(kind)}`, String(count)] as [string, string],
    ),
    ['blocks', blocks === null ? 'keeps none' : 'counted the same'],
    ['stores', stores.join(', ')],
  ])}`;
}

function limitsSection(limits: readonly string[]): string {
  return `${heading('What this certificate does not say')}${limits.map((limit) => `  - ${printable(limit)}\n`).join('')}`;
}

const heading = (text: string): string => `${text}\n`;
