import { STORE_MARKERS, type ObjectStore, type Outage } from '@lethe/object-store';
import type { Pool } from '@lethe/postgres';
import { whyNotToSweep, type LookedAt } from './judge-stores.js';
import { listStoreRows, rememberStores, type StoreRow } from './store-registry.sql.js';

/** A store with those whose blocks it holds; none named: everybody's. */
export interface PlacedStore {
  readonly store: ObjectStore;
  readonly organizations: readonly string[];
}

/** Where an organization's blocks are. */
export type StoresOf =
  | { readonly kind: 'known'; readonly stores: readonly ObjectStore[] }
  /** Nothing may be swept, for nothing could be concluded. */
  | { readonly kind: 'unsure'; readonly stores: readonly ObjectStore[]; readonly reason: string };

export interface StoreSet {
  /** In the order of the configuration. */
  readonly placed: readonly PlacedStore[];
  readonly all: readonly ObjectStore[];
  /**
   * The stores of an organization. Each was recognized by its marker a few seconds ago at most, and no other store is known that may
   * hold blocks of it. Rejects while a store does not answer.
   */
  of(organizationId: string): Promise<StoresOf>;
  /** A store of the organization that is away, as far as is known without asking it. */
  outageOf(organizationId: string): Outage | undefined;
  /** Notes every store of the configuration: from then on no page is verified without it, until an operator retires it. */
  remember(): Promise<void>;
}

const FRESH_MS = 10_000;

interface Look {
  readonly at: number;
  readonly stores: readonly LookedAt[];
  readonly rows: readonly StoreRow[];
}

/**
 * Looks at what an organization's stores are when asked, and believes a look for `freshMs`, unless it saw trouble; those who ask
 * meanwhile share one.
 */
export function createStoreSet(
  pool: Pool,
  placed: readonly PlacedStore[],
  { freshMs = FRESH_MS, now = () => performance.now() } = {},
): StoreSet {
  const looks = new Map<string, Promise<Look>>();

  /** Whatever the markers say, and whether a store answers: it was configured, so blocks may have been written into it. */
  async function remember(): Promise<void> {
    await rememberStores(
      pool,
      placed.flatMap(({ store, organizations }) =>
        (organizations.length === 0 ? [''] : organizations).map((organization_id) => ({
          store_id: store.id,
          organization_id,
          name: store.name,
          kind: store.kind,
        })),
      ),
    );
  }

  async function look(own: readonly PlacedStore[]): Promise<Look> {
    const at = now();
    await remember();
    const stores = await Promise.all(
      own.map(async ({ store, organizations }) => {
        const markers = await store.identities();
        return { name: store.name, id: store.id, organizations, markers };
      }),
    );
    return { at, stores, rows: await listStoreRows(pool) };
  }

  /** One look for all organizations with the same stores, begun at `since` at the earliest. */
  async function fresh(own: readonly PlacedStore[], since = -Infinity): Promise<Look> {
    const key = own.map(({ store }) => store.id).join();
    const kept = looks.get(key);
    if (kept !== undefined) {
      const seen = await kept.catch(() => undefined);
      if (seen !== undefined && seen.at >= since && now() - seen.at < freshMs) return seen;
      if (looks.get(key) !== kept) return fresh(own, since); // somebody is looking anew
    }
    const looking = look(own);
    looks.set(key, looking);
    return looking;
  }

  const ownOf = (organizationId: string) =>
    placed.filter(
      ({ organizations }) => organizations.length === 0 || organizations.includes(organizationId),
    );

  return {
    placed,
    remember,
    all: placed.map(({ store }) => store),
    outageOf(organizationId) {
      for (const { store } of ownOf(organizationId)) if (store.pace?.outage) return store.pace.outage;
      return undefined;
    },
    async of(organizationId) {
      const own = ownOf(organizationId);
      const stores = own.map(({ store }) => store);
      if (STORE_MARKERS.startsWith(`${organizationId}/`))
        return { kind: 'unsure', stores, reason: 'the organization has the name of the markers' };
      const unseen = placed
        .filter((one) => !own.includes(one))
        .map(({ store, organizations }) => ({
          name: store.name,
          id: store.id,
          organizations,
          markers: undefined,
        }));
      const judge = (seen: Pick<Look, 'stores' | 'rows'>) =>
        whyNotToSweep(organizationId, [...seen.stores, ...unseen], seen.rows);
      const asked = now();
      let reason = judge(own.length === 0 ? { stores: [], rows: [] } : await fresh(own));
      // Of trouble an older look is not believed: a page that comes right after an operator put it right is not to be blocked again.
      if (reason !== undefined && own.length > 0) reason = judge(await fresh(own, asked));
      return reason === undefined ? { kind: 'known', stores } : { kind: 'unsure', stores, reason };
    },
  };
}
