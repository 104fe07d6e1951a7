import { blockKey } from '@lethe/contracts';
import type { ObjectStore } from '@lethe/object-store';
import type { Logger } from '@lethe/telemetry';
import { storeFailed } from '../orphan/place.js';
import type { Realms } from '../realms/realms.js';
import { sweepKeys } from '../sweep/sweep-keys.js';
import type { OrphanOrder } from './order.js';
import { stayingKeys } from './staying-keys.js';

export interface Deleting {
  readonly realms: Pick<Realms, 'condemn' | 'pardon'>;
  readonly store: ObjectStore;
  readonly oldBefore: Date;
  readonly logger: Logger;
}

/** What became of the ids of an order: each is in one of them, in order. */
export interface OrphansDeleted {
  readonly deleted: readonly string[];
  readonly kept: readonly string[];
  readonly left: readonly string[];
  readonly reason: string;
}

/**
 * Deletes what is stored under ids that no realm can take up, unfinished uploads too: condemns those that no row names, leaves what is
 * younger than it should be or not as it was listed, deletes the rest and reads back. In the end all ids of the order are pardoned, whatever came of it; where that fails too, they
 * stay condemned, the next list of orphans shows them, and an order for them ends that. No deletion is sent after `cancelled` or `lost`
 * aborts; `lost`: another order may be at the same ids, and none of them is pardoned.
 */
export async function deleteOrphans(
  { realms, store, oldBefore, logger }: Deleting,
  order: OrphanOrder,
  { cancelled, lost }: { readonly cancelled: AbortSignal; readonly lost: AbortSignal },
): Promise<OrphansDeleted> {
  const signal = AbortSignal.any([cancelled, lost]);
  const { organizationId, ids } = order;
  const prefix = `${organizationId}/`;
  const keyOf = (id: string) => blockKey(organizationId, id);
  let swept: ReadonlySet<string> = new Set();
  const attempt = async (): Promise<OrphansDeleted> => {
    // 1. The promise of realm-purge: no row names these, and no live realm can register them.
    const condemned = await realms.condemn(organizationId, ids, order);
    // 2. Their age, behind that: what was put since the list was made is young. And whether an upload is none any more.
    const uploadsOnly = new Set([...order.uploadsOnly].map(keyOf));
    const seen = { oldBefore, uploadsOnly };
    const staying = await stayingKeys(store, prefix, condemned.map(keyOf), seen);
    const going = condemned.filter((id) => !staying.has(keyOf(id)));
    // 3. The deletion.
    signal.throwIfAborted();
    swept = new Set(going);
    const { left } = await sweepKeys(store, prefix, going.map(keyOf), signal);
    const isLeft = (id: string) => left?.keys.has(keyOf(id)) ?? false;
    return {
      deleted: going.filter((id) => !isLeft(id)),
      left: going.filter(isLeft),
      kept: ids.filter((id) => !swept.has(id)),
      reason: left?.reason ?? '',
    };
  };
  const outcome = await attempt().then(
    (done) => ({ done }),
    (error: unknown) => ({ error }),
  );
  // 4. The pardon.
  const pardoned = await pardonAll(realms, order, swept, lost).catch((error: unknown) => ({ error }));
  if (pardoned !== undefined)
    logger.error(
      { err: pardoned.error, organizationId, store: store.name, ids: ids.length },
      'ids of orphans stay condemned: repeat the order, or order what the next list shows',
    );
  if ('error' in outcome) throw storeFailed(store.name, outcome.error);
  if (pardoned !== undefined) throw pardoned.error;
  return outcome.done;
}

async function pardonAll(
  realms: Pick<Realms, 'pardon'>,
  { organizationId, ids }: OrphanOrder,
  swept: ReadonlySet<string>,
  lost: AbortSignal,
): Promise<undefined> {
  for (const went of [true, false]) {
    lost.throwIfAborted();
    await realms.pardon(
      organizationId,
      ids.filter((id) => swept.has(id) === went),
      went,
    );
  }
  return undefined;
}
