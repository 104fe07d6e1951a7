import { exportJWK, generateKeyPair, type JSONWebKeySet } from 'jose';
import type { ClaimsOfVersion1, ClaimsOfVersion2 } from '../claims.js';
import { readCertificateKey, type CertificateKey } from '../sign.js';
import type { StatementClaims } from '../statement-claims.js';

export const blocks = { pages: 1, total: 3, swept: 2, retained: 1, root: 'ab'.repeat(32) };
const shared = {
  certificateId: '0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d01',
  deletionId: '0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d02',
  organizationId: 'org1',
  workspaceId: '0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d03',
  epoch: 1,
  kind: 'deletion_planned',
  requestedBy: 'user-1',
  deleteTime: '2026-01-01T00:00:00.000Z',
  purgeTime: '2026-01-31T00:00:00.000Z',
  grantTime: '2026-01-31T00:00:01.000Z',
  issueTime: '2026-01-31T00:01:00.000Z',
  blocks,
  readBack: 'listing',
  limits: [],
  issuer: 'lethe',
  sequence: 1,
  previous: null,
} as const;
const realmPurge = {
  participant: 'realm-purge',
  reportTime: '2026-01-31T00:00:30.000Z',
  removed: { blocks: 3 },
  blocks,
  stores: [],
};

export const version1: ClaimsOfVersion1 = {
  version: 1,
  ...shared,
  limits: [],
  participants: [realmPurge],
};

export const store = {
  store: 'primary',
  storeId: '0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d10',
  kind: 's3',
  keysFound: 1,
  keysMissing: 1,
  versionsDeleted: 4,
  uploadsAborted: 1,
  readBack: ['listing'],
};

export const version2: ClaimsOfVersion2 = {
  version: 2,
  ...shared,
  limits: [],
  participants: [realmPurge, { ...realmPurge, participant: 'blob-sweeper', stores: ['primary'] }],
  sweepTime: null,
  grantedBy: 'loop',
  bytesTotal: 4_096,
  stores: [store],
  exceptions: [],
  service: { name: 'workspace-service', version: '0.1.0' },
  sanitization: {
    guideline: 'NIST SP 800-88',
    mediaType: ['s3'],
    mediaIds: [store.storeId],
    method: 'Clear',
    technique: 'deletion',
    tool: { name: 'lethe', version: '0.1.0' },
    verificationMethod: 'full: listing',
    performedBy: ['blob-sweeper', 'realm-purge'],
    performedTime: '2026-01-31T00:00:30.000Z',
    verifiedBy: 'workspace-service',
    classification: 'not applicable',
  },
};

export const statement: StatementClaims = {
  version: 1,
  statement: 'interim: the deletion is not complete',
  statementId: '0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d20',
  deletionId: shared.deletionId,
  organizationId: 'org1',
  workspaceId: shared.workspaceId,
  epoch: 1,
  kind: 'deletion_planned',
  requestedBy: 'user-1',
  deleteTime: shared.deleteTime,
  purgeTime: shared.purgeTime,
  sweepTime: null,
  grantTime: shared.grantTime,
  grantedBy: 'loop',
  statedTime: shared.issueTime,
  blocksKept: false,
  paused: false,
  participants: [{ participant: 'realm-purge', reportTime: null }],
  progress: null,
  conditions: [
    {
      type: 'Blocked',
      source: 'realm-purge',
      reason: 'ObjectLocked',
      blocks: 3,
      since: null,
      until: shared.issueTime,
    },
  ],
  issuer: 'lethe',
  service: { name: 'workspace-service', version: '0.1.0' },
};

export async function makeKey(): Promise<{ key: CertificateKey; keys: JSONWebKeySet }> {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const key = await readCertificateKey(JSON.stringify(await exportJWK(privateKey)));
  return { key, keys: { keys: [key.publicJwk] } };
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** For each byte the text in which it is another: of a letter of base64url the one whose last bit differs, which may be a spare one. */
export function flippedTexts(text: string): string[] {
  return Array.from(text, (letter, at) => {
    const place = LETTERS.indexOf(letter);
    const other = place === -1 ? String.fromCharCode(letter.charCodeAt(0) ^ 1) : LETTERS[place ^ 1];
    return text.slice(0, at) + (other ?? '') + text.slice(at + 1);
  });
}
