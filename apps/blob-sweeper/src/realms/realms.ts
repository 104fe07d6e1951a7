import { status, type ServiceError } from '@grpc/grpc-js';
import { packBlockIds, RealmPurgeServiceClient, unpackBlockIds } from '@lethe/contracts';
import { RefusalError, refusalOf } from '@lethe/outcome';
import { createGrpcCaller } from '@lethe/service';

/** Where realm-purge is, and the token by which it knows this service. */
export interface RealmsSettings {
  readonly realmPurgeAddress: string;
  readonly realmPurgeToken: string;
}

/**
 * `live`: an active realm names it. `purged`: only realms that are being purged do. `condemned`: none does, and an order to delete its
 * object was broken off.
 */
export type BlockState = 'purged' | 'live' | 'condemned';
const STATES: readonly BlockState[] = ['purged', 'live', 'condemned'];

export interface KnownBlock {
  readonly id: string;
  readonly state: BlockState;
}

/**
 * Whoever owns the rows of blocks. Each call rejects with a RefusalError: ORGANIZATION_NOT_FOUND, or UNAVAILABLE REALMS_FAILED, after
 * which nothing can be concluded, also not that nothing happened.
 */
export interface Realms {
  /** The next ids behind `after` in order, each once; fewer than `most` (at most 10 000): there are no more. */
  known(organizationId: string, after: string | undefined, most: number): Promise<KnownBlock[]>;
  /** Which of up to 1000 ascending ids no live realm can register from here on. */
  condemn(
    organizationId: string,
    ids: readonly string[],
    order: { readonly orderedBy: string; readonly listDigest: string },
  ): Promise<string[]>;
  /** Ends that; of those that were `swept` once uploads under way are over. */
  pardon(organizationId: string, ids: readonly string[], swept: boolean): Promise<void>;
  close(): void;
}

const DEADLINE_MS = 30_000;

export function createRealms({ realmPurgeAddress, realmPurgeToken }: RealmsSettings): Realms {
  const caller = createGrpcCaller(RealmPurgeServiceClient, realmPurgeAddress, realmPurgeToken, DEADLINE_MS);
  const ask = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw failure(error as Partial<ServiceError>);
    }
  };
  return {
    known: (organizationId, after, most) =>
      ask(async () => {
        const request = { organizationId, after: after ?? '', pageSize: most };
        const { blockIds, live } = await caller.unary((client) => client.listKnownBlocks, request);
        const ids = unpackBlockIds(blockIds);
        if (ids.length > most || ids.length !== live.length || (ids[0] ?? 'g') <= (after ?? ''))
          throw new Error('the blocks of another range than was asked for');
        return ids.map((id, i) => ({ id, state: stateOf(live[i]) }));
      }),
    condemn: (organizationId, ids, order) =>
      ask(async () => {
        const request = { organizationId, blockIds: packBlockIds(ids), ...order };
        const { condemnedIds } = await caller.unary((client) => client.condemnBlocks, request);
        const asked = new Set(ids);
        const condemned = unpackBlockIds(condemnedIds);
        if (!condemned.every((id) => asked.has(id))) throw new Error('other blocks than were asked for');
        return condemned;
      }),
    pardon: (organizationId, ids, swept) =>
      ask(async () => {
        if (ids.length === 0) return;
        const request = { organizationId, blockIds: packBlockIds(ids), swept };
        await caller.unary((client) => client.pardonBlocks, request);
      }),
    close: () => {
      caller.close();
    },
  };
}

function stateOf(said: number | undefined): BlockState {
  const state = STATES[said ?? -1];
  if (state === undefined) throw new Error('a block in a state that is not known');
  return state;
}

function failure(error: Partial<ServiceError>): RefusalError {
  const refusal = refusalOf(error);
  if (refusal?.reason === 'ORGANIZATION_NOT_FOUND')
    return new RefusalError({
      code: status.NOT_FOUND,
      reason: 'ORGANIZATION_NOT_FOUND',
      message: 'No realm of this organization was ever known to realm-purge: nothing can be concluded',
    });
  return new RefusalError({
    code: status.UNAVAILABLE,
    reason: 'REALMS_FAILED',
    message: `realm-purge did not do as asked: ${refusal?.reason ?? error.details ?? error.message ?? ''}`,
  });
}
