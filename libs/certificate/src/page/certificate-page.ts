import type { CertificateClaims, ClaimsOfVersion2, ParticipantClaims } from '../claims.js';
import { NOTHING_FOUND, nothingWasFound } from '../store-claims.js';
import { deletionRows } from './deletion-rows.js';
import { grid, list, page, section, table, warning, type Row, type Seal } from './html.js';

/** A deletion certificate for people: to be read, printed and filed. */
export function certificateHtml(jws: string, claims: CertificateClaims, seal: Seal): string {
  const second = claims.version === 2 ? claims : undefined;
  return page('Deletion certificate', seal, jws, [
    ...(second && nothingWasFound(second.blocks.swept, second.stores) ? [warning(NOTHING_FOUND)] : []),
    table([
      ['Certificate', claims.certificateId],
      ['Issued', claims.issueTime],
      ['Issuer', claims.issuer],
      ['Number in the organization', String(claims.sequence)],
      ['SHA-256 of the one before', claims.previous ?? 'none: it is the first'],
    ]),
    section('What was deleted', table(deletionRows(claims))),
    section('Blocks', table(blocks(claims, second))),
    ...(second ? [section('Stores', stores(second))] : []),
    ...claims.participants.map(participant),
    ...(second
      ? [section(`Sanitization, by ${second.sanitization.guideline}`, table(sanitization(second)))]
      : []),
    section('What this certificate does not say', list(claims.limits)),
  ]);
}

function blocks({ blocks: b, readBack }: CertificateClaims, second: ClaimsOfVersion2 | undefined): Row[] {
  return [
    ['Total', `${b.total} in ${b.pages} pages`],
    ['Gone, read back from every store', String(b.swept)],
    ['Left in place, another realm refers to them', String(b.retained)],
    [
      'Bytes of all blocks',
      second && (second.bytesTotal === null ? 'not reported' : String(second.bytesTotal)),
    ],
    ['Merkle root over the pages', b.root],
    ['Read back', readBack],
    ['Exceptions', second && 'none'],
  ];
}

const stores = (claims: ClaimsOfVersion2): string =>
  grid(
    [
      'Store',
      'Id',
      'Kind',
      'Keys found',
      'Keys missing',
      'Versions deleted',
      'Uploads aborted',
      'Read back by',
    ],
    claims.stores.map((s) => [
      ...[s.store, s.storeId, s.kind, String(s.keysFound), String(s.keysMissing)],
      ...[String(s.versionsDeleted), String(s.uploadsAborted), s.readBack.join(', ')],
    ]),
  );

const participant = ({
  participant: name,
  reportTime,
  removed,
  blocks: counted,
}: ParticipantClaims): string =>
  section(
    `Reported by ${name}`,
    table([
      ['At', reportTime],
      ...Object.entries(removed).map(([kind, count]): Row => [`Removed: ${kind}`, String(count)]),
      ['Blocks', counted === null ? 'keeps none' : 'counted the same'],
    ]),
  );

function sanitization({ sanitization: s, service }: ClaimsOfVersion2): Row[] {
  return [
    ['Media type', s.mediaType.join(', ') || 'none'],
    ['Media ids', s.mediaIds.join(', ') || 'none'],
    ['Method', s.method],
    ['Technique', s.technique],
    ['Tool and version', `${s.tool.name} ${s.tool.version}`],
    ['Verification method', s.verificationMethod],
    ['Performed by', s.performedBy.join(', ')],
    ['Performed until', s.performedTime],
    ['Verified by', s.verifiedBy],
    ['Data classification', s.classification],
    ['Signed by service', `${service.name} ${service.version}`],
  ];
}
