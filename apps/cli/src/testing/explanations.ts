import { status } from '@grpc/grpc-js';
import { BlockedPage, Condition, Purge, PurgeState, Sweep, type Deletion } from '@lethe/contracts';
import { WORKSPACE } from './deletions.js';
import { refusal } from './purge-world.js';
import type { Script } from './script.js';

const at = (minute: number) => new Date(Date.UTC(2026, 5, 9, 13, minute));
export const condition = (type: string, message = 'm') =>
  Condition.fromPartial({ type, source: 's', message });
export const purge = Purge.fromPartial({
  ...{ organizationId: 'org1', realmId: WORKSPACE, epoch: 3, state: PurgeState.RELEASING },
  ...{ blocksTotal: 5000, bytesTotal: 5 << 20, blocksSwept: 1200, blocksRetained: 10, blocksBlocked: 500 },
  ...{ blocksLeft: 3790, orderTime: at(6), fenceTime: at(7), shredTime: at(8), countTime: at(9) },
  ...{
    quarantineEndTime: at(22),
    pagesInFlight: 4,
    blocksPerSecond: 199.6,
    estimatedEndTime: at(45),
    failures: 3,
  },
});
export const sweep = Sweep.fromPartial({ epoch: 3, pagesVerified: 2, pagesBlocked: 1, blocksSwept: 1200 });
export const page = (more: Partial<BlockedPage> = {}) =>
  BlockedPage.fromPartial({
    epoch: 3,
    page: 7,
    blocksLeft: 250,
    reason: 'object lock\u001b',
    until: at(50),
    ...more,
  });

export const says = (deletion: Deletion, more: Script = {}): Script => ({
  getDeletion: () => ({ deletion }),
  getPurge: () => ({ purge }),
  getSweep: () => ({ sweep }),
  listBlockedPages: () => ({ pages: [page(), page({ page: 8, until: at(40) })], nextPageToken: '' }),
  ...more,
});
export const away = (): never => {
  throw refusal(status.UNAVAILABLE, 'AWAY');
};
/** A number that a later version has a name for. */
export const onTheWire = (value: unknown) => value as never;
export const unknown: Script = {
  getPurge: () => {
    throw refusal(status.NOT_FOUND, 'PURGE_NOT_FOUND');
  },
  getSweep: () => {
    throw refusal(status.NOT_FOUND, 'SWEEP_NOT_FOUND');
  },
  listBlockedPages: () => ({ pages: [], nextPageToken: '' }),
};
