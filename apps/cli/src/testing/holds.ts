import { Hold } from '@lethe/contracts';
import { WORKSPACE } from './deletions.js';

export const IN_FORCE = Hold.fromPartial({
  holdId: '5f0c7a9e-9a3b-4a49-8f0d-0f3a1f3f6f01',
  workspaceId: WORKSPACE,
  origin: 'district court',
  reason: 'case 12/2026',
  placedBy: 'ann',
  byOperator: true,
  placeTime: new Date('2026-05-20T08:00:00Z'),
});

export const RELEASED = Hold.fromPartial({
  ...IN_FORCE,
  releasedBy: 'bob',
  releaseTime: new Date('2026-06-20T08:00:00Z'),
});
