import type { ListStoresResponse, Store } from '@lethe/contracts';
import type { ObjectStore } from '@lethe/object-store';
import type { Pool } from '@lethe/postgres';
import { forgottenStores, troubleOf } from '../stores/judge-stores.js';
import { storeEntry } from '../stores/store-entry.js';
import { listStoreRows } from '../stores/store-registry.sql.js';
import type { PlacedStore } from '../stores/store-set.js';

const WITHIN_MS = 3_000;

/** What is known from before, and what is configured now; each store is looked at once, and nobody waits longer than `withinMs`. */
export const listStoresRpc =
  (pool: Pool, placed: readonly PlacedStore[], withinMs = WITHIN_MS) =>
  async (): Promise<ListStoresResponse> => {
    const [rows, troubles] = await Promise.all([
      listStoreRows(pool),
      Promise.all(placed.map(({ store }) => lookAt(store, withinMs))),
    ]);
    const configured = placed.map(({ store, organizations }) => ({ id: store.id, organizations }));
    const forgotten = forgottenStores(configured, rows);
    const known = rows.map((row) => {
      const at = placed.findIndex(({ store }) => store.id === row.store_id);
      if (forgotten.includes(row)) return storeEntry(row, false, 'it is neither configured nor retired');
      return row.retire_time === null ? storeEntry(row, true, troubles[at]) : storeEntry(row, false);
    });
    const stores = [...known, ...neverRecognized(placed, troubles, known)];
    return { stores: stores.sort(byPlace) };
  };

async function lookAt(store: ObjectStore, withinMs: number): Promise<string | undefined> {
  const late = new Promise<undefined>((resolve) => {
    setTimeout(resolve, withinMs, undefined).unref();
  });
  const markers = await Promise.race([store.identities().catch(() => undefined), late]);
  return markers === undefined ? `${store.name}: it does not answer` : troubleOf({ ...store, markers });
}

function neverRecognized(
  placed: readonly PlacedStore[],
  troubles: readonly (string | undefined)[],
  known: readonly Store[],
): Store[] {
  return placed.flatMap(({ store, organizations }, i) =>
    (organizations.length === 0 ? [''] : organizations)
      .filter((id) => !known.some((k) => k.configured && k.storeId === store.id && k.organizationId === id))
      .map((organizationId) => ({
        name: store.name,
        storeId: store.id,
        kind: store.kind,
        organizationId,
        configured: true,
        firstSeenTime: undefined,
        retireTime: undefined,
        retiredBy: '',
        retireReason: '',
        trouble: troubles[i] ?? '',
      })),
  );
}

const byPlace = (a: Store, b: Store) =>
  compare(a.name, b.name) || compare(a.storeId, b.storeId) || compare(a.organizationId, b.organizationId);
const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));
