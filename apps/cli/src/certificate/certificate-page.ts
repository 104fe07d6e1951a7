import {
  NOTHING_FOUND,
  nothingWasFound,
  type BlockClaims,
  type CertificateClaims,
  type ClaimsOfVersion2,
} from '@lethe/certificate';
import { printable, printableFields } from '../terminal/printable.js';

type Participant = CertificateClaims['participants'][number];

/** The claims of a deletion certificate, to be read by a person. */
export function certificatePage(claims: CertificateClaims): string {
  const second = claims.version === 2 ? claims : undefined;
  const sections = [
    ...(second && nothingWasFound(second.blocks.swept, second.stores) ? [heading(NOTHING_FOUND)] : []),
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
      ['granted by', second?.grantedBy],
      ['blocks from', second?.sweepTime ?? undefined],
    ]),
    `${heading('Blocks')}${printableFields([...blockFields(claims.blocks), ...bytes(second), ['read back by', claims.readBack]])}`,
    ...(second?.stores ?? []).map(storeSection),
    ...(second === undefined ? [] : [sanitizationSection(second)]),
    ...claims.participants.map(participantSection),
    ...(claims.limits.length === 0 ? [] : [limitsSection(claims.limits)]),
  ];
  return sections.join('\n');
}

function blockFields(blocks: BlockClaims): [string, string][] {
  return [
    ['total', `${blocks.total} in ${blocks.pages} pages`],
    ['gone', `${blocks.swept}, read back from every store`],
    ['left in place', `${blocks.retained}, another realm refers to them too`],
    ['Merkle root', blocks.root],
  ];
}

const bytes = (claims: ClaimsOfVersion2 | undefined): [string, string][] =>
  claims === undefined
    ? []
    : [['bytes', claims.bytesTotal === null ? 'not reported' : String(claims.bytesTotal)]];

function storeSection(store: ClaimsOfVersion2['stores'][number]): string {
  return `${heading(`Store ${printable(store.store)}`)}${printableFields([
    ['id', store.storeId],
    ['kind', store.kind],
    ['keys', `${store.keysFound} found and gone, ${store.keysMissing} missing`],
    ['versions', `${store.versionsDeleted} deleted`],
    ['uploads', `${store.uploadsAborted} aborted`],
    ['read back by', store.readBack.join(', ')],
  ])}`;
}

function sanitizationSection({ sanitization: s, service }: ClaimsOfVersion2): string {
  return `${heading(`Sanitization, by ${printable(s.guideline)}`)}${printableFields([
    ['method', s.method],
    ['technique', s.technique],
    ['tool', `${s.tool.name} ${s.tool.version}`],
    ['verification', s.verificationMethod],
    ['performed by', `${s.performedBy.join(', ')}, until ${s.performedTime}`],
    ['verified by', `${s.verifiedBy}, signed by ${service.name} ${service.version}`],
  ])}`;
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
