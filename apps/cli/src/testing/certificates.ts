import {
  readCertificateKey,
  type CertificateClaims,
  type CertificateKey,
  type StatementClaims,
} from '@lethe/certificate';
import { exportJWK, generateKeyPair } from 'jose';

const blocks = { pages: 5, total: 5000, swept: 4990, retained: 10, root: 'ab'.repeat(32) };

export const CLAIMS: CertificateClaims = {
  version: 1,
  certificateId: '0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d01',
  deletionId: '0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d02',
  organizationId: 'org1',
  workspaceId: '72088440-3387-4dfb-9bb4-9da961d3f65a',
  epoch: 3,
  kind: 'deletion_planned',
  requestedBy: 'user-1',
  deleteTime: '2026-05-10T13:06:02.295Z',
  purgeTime: '2026-06-09T13:06:02.295Z',
  grantTime: '2026-06-09T13:06:03.000Z',
  issueTime: '2026-06-09T13:07:00.000Z',
  participants: [
    {
      participant: 'realm-purge',
      reportTime: '2026-06-09T13:06:50.000Z',
      removed: { vlob_atoms: 120 },
      blocks,
      stores: [],
    },
    {
      participant: 'blob-sweeper',
      reportTime: '2026-06-09T13:06:55.000Z',
      removed: {},
      blocks,
      stores: ['s3:blocks'],
    },
  ],
  blocks,
  readBack: 'listing',
  limits: ['Backups are not covered.'],
  issuer: 'lethe',
  sequence: 1,
  previous: null,
};

export const STATEMENT: StatementClaims = {
  version: 1,
  statement: 'interim: the deletion is not complete',
  statementId: '0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d04',
  deletionId: CLAIMS.deletionId,
  organizationId: 'org1',
  workspaceId: CLAIMS.workspaceId,
  epoch: 3,
  kind: 'deletion_planned',
  requestedBy: 'user-1',
  deleteTime: CLAIMS.deleteTime,
  purgeTime: CLAIMS.purgeTime,
  sweepTime: null,
  grantTime: CLAIMS.grantTime,
  grantedBy: 'loop',
  statedTime: CLAIMS.issueTime,
  blocksKept: false,
  paused: false,
  participants: [{ participant: 'realm-purge', reportTime: null }],
  progress: null,
  conditions: [],
  issuer: 'lethe',
  service: { name: 'workspace-service', version: '0.1.0' },
};

/** A fresh key pair: the private half signs, `jwks` is what anybody verifies with. */
export async function makeKey(): Promise<{ key: CertificateKey; jwks: string; privateJwks: string }> {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const jwk = await exportJWK(privateKey);
  const key = await readCertificateKey(JSON.stringify(jwk));
  return {
    key,
    jwks: JSON.stringify({ keys: [key.publicJwk] }),
    privateJwks: JSON.stringify({ keys: [jwk] }),
  };
}
