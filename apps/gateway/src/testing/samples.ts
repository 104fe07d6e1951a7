import {
  DeletionKind,
  DeletionState,
  PurgeMode,
  RealmState,
  Versioning,
  WorkspaceRole,
  WorkspaceState,
  type Deletion,
  type DeletionPolicy,
  type Hold,
  type PreviewDeletionResponse,
  type RealmDescription,
  type StoreProbe,
  type Workspace,
} from '@lethe/contracts';

export const WORKSPACE_ID = '123e4567-e89b-12d3-a456-426614174000';

export const workspace: Workspace = {
  workspaceId: WORKSPACE_ID,
  organizationId: 'organization-1',
  name: 'Letters',
  state: WorkspaceState.ACTIVE,
  epoch: 1,
  etag: 'etag-1',
  members: [
    {
      userId: 'user-1',
      role: WorkspaceRole.ADMIN,
      user: {
        userId: 'user-1',
        name: 'Ada',
        lastName: 'L',
        email: 'ada@example.org',
        orgRole: 2,
        organizationId: 'organization-1',
        validated: true,
        revokeTime: undefined,
      },
    },
  ],
  createTime: new Date('2026-01-01T00:00:00Z'),
  deleteTime: undefined,
  purgeTime: undefined,
  isDefault: false,
};

export const deletion: Deletion = {
  deletionId: 'deletion-1',
  workspaceId: WORKSPACE_ID,
  organizationId: 'organization-1',
  epoch: 2,
  kind: DeletionKind.DELETION_PLANNED,
  state: DeletionState.PURGING,
  requestedBy: 'user-1',
  deleteTime: new Date('2026-01-01T00:00:00Z'),
  purgeTime: new Date('2026-01-31T00:00:00Z'),
  restoreTime: undefined,
  restoredBy: '',
  grantTime: new Date('2026-01-31T00:00:01Z'),
  purgedTime: undefined,
  certificateId: '',
  keepBlocks: false,
  replayOf: '',
  sweepTime: new Date('2026-03-02T00:00:01Z'),
  progress: {
    blocksTotal: 5_000,
    bytesTotal: 640_000,
    blocksSwept: 1_000,
    blocksRetained: 3,
    blocksBlocked: 2,
    blocksPerSecond: 250.5,
    estimatedEndTime: new Date('2026-01-31T00:00:17Z'),
  },
  conditions: [
    {
      type: 'blocked',
      source: 'blob-sweeper',
      message: '2 blocks are locked',
      since: new Date('2026-01-31T00:00:02Z'),
      until: undefined,
    },
  ],
  participants: [
    {
      participant: 'realm-purge',
      givesBlockEvidence: true,
      reportTime: new Date('2026-01-31T00:00:09Z'),
      evidence: undefined,
    },
    { participant: 'blob-sweeper', givesBlockEvidence: true, reportTime: undefined, evidence: undefined },
  ],
};

export const hold: Hold = {
  holdId: 'hold-1',
  workspaceId: WORKSPACE_ID,
  origin: 'Court of Lys',
  reason: 'Case 7',
  placedBy: 'user-1',
  byOperator: false,
  placeTime: new Date('2026-01-02T00:00:00Z'),
  releasedBy: '',
  releaseTime: undefined,
};

export const policy: DeletionPolicy = {
  graceSeconds: 2_592_000,
  orphanDelaySeconds: 7_776_000,
  sweepDelaySeconds: 0,
  sequestered: false,
  purgeMode: PurgeMode.AUTOMATIC,
};

export const preview: PreviewDeletionResponse = {
  workspaceId: WORKSPACE_ID,
  organizationId: 'organization-1',
  etag: 'etag-1',
  refusals: [],
  buckets: [],
  bucketCount: 0,
  repositories: [],
  repositoryCount: 0,
  holds: [],
  members: workspace.members,
  previewTime: new Date('2026-01-01T00:00:00Z'),
  purgeTime: new Date('2026-01-31T00:00:00Z'),
  purgeMode: PurgeMode.AUTOMATIC,
  sweepTime: new Date('2026-03-02T00:00:00Z'),
};

/** What realm-purge and blob-sweeper say of it. */
export const realms: RealmDescription[] = [
  {
    organizationId: 'organization-1',
    realmId: WORKSPACE_ID,
    state: RealmState.ACTIVE,
    blocks: 5_000,
    bytes: 640_000,
    vlobAtoms: 120,
    keyBundles: 3,
  },
];

export const stores: StoreProbe[] = [
  {
    name: 'primary',
    reachable: true,
    versioning: Versioning.ENABLED,
    objectLock: false,
    mayRefuse: [],
    probeTime: new Date('2026-01-01T00:00:00Z'),
  },
];
