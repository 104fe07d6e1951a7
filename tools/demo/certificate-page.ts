import type { CertificateClaims } from '@lethe/certificate';

/** A certificate as lines for a reader. */
export function certificatePage(claims: CertificateClaims, keyId: string): string[] {
  const { blocks } = claims;
  const row = (label: string, value: string | number) => `${label.padEnd(18)}${value}`;
  return [
    'DELETION CERTIFICATE',
    row('certificate', `${claims.certificateId}, number ${claims.sequence} of ${claims.organizationId}`),
    row('workspace', `${claims.workspaceId}, epoch ${claims.epoch}, ${claims.kind}`),
    row('asked by', claims.requestedBy),
    row('deleted', claims.deleteTime ?? 'by nobody: orphaned'),
    row('not before', claims.purgeTime ?? 'at once'),
    row('granted', claims.grantTime),
    row('issued', claims.issueTime),
    row(
      'blocks',
      `${blocks.total}: ${blocks.swept} gone, ${blocks.retained} retained, in ${blocks.pages} pages`,
    ),
    row('Merkle root', blocks.root),
    ...claims.participants.map(({ participant, removed, stores }) =>
      row(
        participant,
        `${Object.entries(removed)
          .map(([kind, n]) => `${n} ${kind}`)
          .join(', ')}${stores.length > 0 ? ` on ${stores.join(', ')}` : ''}`,
      ),
    ),
    ...(claims.version === 2 ? claims.stores : []).map(({ store, keysFound, keysMissing, versionsDeleted }) =>
      row(
        `store ${store}`,
        `${keysFound} keys found, ${keysMissing} missing, ${versionsDeleted} versions deleted`,
      ),
    ),
    row('signed', `EdDSA, key ${keyId}`),
  ];
}
