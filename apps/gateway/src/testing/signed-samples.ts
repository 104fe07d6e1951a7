import type { ClaimsOfVersion1, StatementClaims } from '@lethe/certificate';

const ids = {
  deletionId: '0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d02',
  organizationId: 'organization-1',
  workspaceId: '0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d03',
  epoch: 1,
  kind: 'deletion_planned',
  requestedBy: 'user-1',
} as const;
const times = {
  deleteTime: '2026-01-01T00:00:00.000Z',
  purgeTime: '2026-01-31T00:00:00.000Z',
  grantTime: '2026-01-31T00:00:01.000Z',
};
const blocks = { pages: 0, total: 0, swept: 0, retained: 0, root: 'ab'.repeat(32) };

export const CERTIFICATE: ClaimsOfVersion1 = {
  version: 1,
  certificateId: '0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d01',
  ...ids,
  ...times,
  issueTime: '2026-01-31T00:01:00.000Z',
  participants: [
    { participant: 'realm-purge', reportTime: '2026-01-31T00:00:30.000Z', removed: {}, blocks, stores: [] },
  ],
  blocks,
  readBack: 'listing',
  limits: [],
  issuer: 'lethe',
  sequence: 1,
  previous: null,
};

export const STATEMENT: StatementClaims = {
  version: 1,
  statement: 'interim: the deletion is not complete',
  statementId: '0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d04',
  ...ids,
  ...times,
  sweepTime: null,
  grantedBy: 'loop',
  statedTime: '2026-01-31T00:01:00.000Z',
  blocksKept: false,
  paused: true,
  participants: [{ participant: 'realm-purge', reportTime: null }],
  progress: null,
  conditions: [],
  issuer: 'lethe',
  service: { name: 'workspace-service', version: '0.1.0' },
};
