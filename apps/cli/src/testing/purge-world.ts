import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import {
  Deletion,
  DeletionKind,
  DeletionState,
  Grant,
  Purge,
  PurgeState,
  RealmDescription,
  type ExportRealmBlocksResponse,
  type ReleaseKeptBlocksRequest,
  type StartPurgeRequest,
} from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import { SCHEDULED, WORKSPACE } from './deletions.js';
import type { Script } from './script.js';

export const REALM = WORKSPACE.replaceAll('-', '');

/** The block slugs of an organization, in key order. */
export function slugsOf(count: number, organization = 'org1'): string[] {
  const ids = Array.from(
    { length: count },
    (_, i) => `${(i + 1).toString(16).padStart(8, '0')}-${randomUUID().slice(9)}`,
  );
  return ids.map((id) => `${organization}/${id}`);
}

export const refusal = (code: status, reason: string) =>
  new RefusalError({ code, reason, message: `refused: ${reason}` });
export const precondition = (reason: string) => refusal(status.FAILED_PRECONDITION, reason);

/** One realm and its purge, as the three services tell of it; a test changes what it wants to be otherwise. */
export interface PurgeWorld {
  slugs: string[];
  retained: number;
  state: 'deleted' | 'purging' | 'purged';
  kind: DeletionKind;
  kept: boolean;
  /** Its blocks are not due before; undefined: they are. */
  sweepTime: Date | undefined;
  /** Looks at the purge before it is fenced, counted and shredded. */
  slowness: number;
  /** Earnest orders. */
  readonly orders: StartPurgeRequest[];
  readonly releases: ReleaseKeptBlocksRequest[];
  /** Every call that changes something, in order. */
  readonly changes: string[];
  readonly script: Required<
    Pick<
      Script,
      'startPurge' | 'getDeletion' | 'describeRealms' | 'getPurge' | 'exportRealmBlocks' | 'releaseKeptBlocks'
    >
  > &
    Script;
}

const due = ({ sweepTime }: PurgeWorld) => ({ sweepTime, blocksDue: sweepTime === undefined });

const EPOCH = 3;
const PAGE = 10_000;

export function purgeWorld(count = 3): PurgeWorld {
  const world: PurgeWorld = {
    slugs: slugsOf(count),
    retained: 0,
    state: 'deleted',
    kind: DeletionKind.DELETION_PLANNED,
    kept: false,
    sweepTime: undefined,
    slowness: 2,
    orders: [],
    releases: [],
    changes: [],
    script: {
      startPurge(request) {
        if (request.kind !== world.kind)
          throw precondition(world.state === 'deleted' ? 'NOT_DELETABLE' : 'ALREADY_PURGED');
        if (world.state === 'purged') throw precondition('ALREADY_PURGED');
        if (world.state === 'purging' && request.keepBlocks && !world.kept)
          throw precondition('GRANTED_OTHERWISE');
        if (!request.validateOnly) {
          world.orders.push(request);
          world.changes.push('startPurge');
          if (world.state === 'deleted') world.kept = request.keepBlocks;
          world.state = 'purging';
        }
        const blocksKept = world.state === 'deleted' ? request.keepBlocks : world.kept;
        return {
          grant: Grant.fromPartial({
            ...{ organizationId: 'org1', workspaceId: WORKSPACE, epoch: EPOCH, kind: world.kind, blocksKept },
            deletionId: request.validateOnly ? '' : SCHEDULED.deletionId,
            ...due(world),
          }),
        };
      },
      getDeletion() {
        if (world.state === 'deleted' && world.kind === DeletionKind.ORPHANED)
          throw refusal(status.NOT_FOUND, 'DELETION_NOT_FOUND');
        const state = {
          deleted: DeletionState.SCHEDULED,
          purging: DeletionState.PURGING,
          purged: DeletionState.PURGED,
        }[world.state];
        const { kind, kept: keepBlocks } = world;
        return { deletion: Deletion.fromPartial({ ...SCHEDULED, kind, state, keepBlocks }) };
      },
      describeRealms: () => ({
        realms: [
          RealmDescription.fromPartial({
            ...{ organizationId: 'org1', realmId: WORKSPACE, blocks: world.slugs.length + world.retained },
            ...{ bytes: 5 << 20, vlobAtoms: 7, keyBundles: 2 },
          }),
        ],
      }),
      getPurge() {
        if (world.state === 'deleted') throw refusal(status.NOT_FOUND, 'PURGE_NOT_FOUND');
        world.slowness -= 1;
        const at = new Date('2026-06-09T13:06:04Z');
        const done = { fenceTime: at, countTime: at, shredTime: at, state: PurgeState.RELEASING };
        return {
          purge: Purge.fromPartial({
            ...{ organizationId: 'org1', realmId: WORKSPACE, epoch: EPOCH, orderTime: at },
            state: PurgeState.ORDERED,
            ...(world.slowness < 0 && { ...done, blocksTotal: world.slugs.length + world.retained }),
          }),
        };
      },
      async *exportRealmBlocks(): AsyncGenerator<ExportRealmBlocksResponse> {
        const { slugs, retained } = world;
        const total = slugs.length + retained;
        for (let from = 0; from === 0 || from < slugs.length; from += PAGE)
          yield { slugs: slugs.slice(from, from + PAGE), total, retained: from === 0 ? retained : 0 };
      },
      releaseKeptBlocks(request) {
        world.releases.push(request);
        world.changes.push('releaseKeptBlocks');
        world.kept = false;
        return { grant: Grant.fromPartial({ workspaceId: WORKSPACE, ...due(world) }) };
      },
    },
  };
  return world;
}
