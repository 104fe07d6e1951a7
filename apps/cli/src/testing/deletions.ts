import { Deletion, DeletionKind, DeletionProgress, DeletionState } from '@lethe/contracts';

export const WORKSPACE = '72088440-3387-4dfb-9bb4-9da961d3f65a';

export const SCHEDULED = Deletion.fromPartial({
  deletionId: '0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d02',
  workspaceId: WORKSPACE,
  organizationId: 'org1',
  epoch: 3,
  kind: DeletionKind.DELETION_PLANNED,
  state: DeletionState.SCHEDULED,
  requestedBy: 'user-1',
  deleteTime: new Date('2026-05-10T13:06:02.295Z'),
  purgeTime: new Date('2026-06-09T13:06:02.295Z'),
});

export const RESTORED = Deletion.fromPartial({
  ...SCHEDULED,
  state: DeletionState.RESTORED,
  restoreTime: new Date('2026-05-11T00:00:00Z'),
  restoredBy: 'user-2',
});

export function purging(blocksSwept: number, more: Partial<Deletion> = {}): Deletion {
  const progress = DeletionProgress.fromPartial({
    blocksTotal: 5000,
    bytesTotal: 5 << 20,
    blocksSwept,
    blocksPerSecond: 2000,
  });
  return Deletion.fromPartial({
    ...SCHEDULED,
    state: DeletionState.PURGING,
    grantTime: new Date('2026-06-09T13:06:03Z'),
    progress,
    ...more,
  });
}

export const PURGED = Deletion.fromPartial({
  ...purging(5000),
  state: DeletionState.PURGED,
  purgedTime: new Date('2026-06-09T13:07:00Z'),
  certificateId: '0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d01',
});
