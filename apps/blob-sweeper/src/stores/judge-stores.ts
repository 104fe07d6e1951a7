import type { StoreRow } from './store-registry.sql.js';

/** A store of the configuration: whose blocks it holds (none named: everybody's), and what it was recognized as. */
export interface LookedAt {
  readonly name: string;
  readonly id: string;
  readonly organizations: readonly string[];
  /** The markers in it; undefined: not looked at yet. */
  readonly markers: readonly string[] | undefined;
}

/** Whether a store of the configuration is the one it is taken for. */
export function troubleOf({ name, id, markers }: Omit<LookedAt, 'organizations'>): string | undefined {
  if (markers === undefined) return `${name}: NotRecognized, it was not looked at yet`;
  if (markers.length === 0) return `${name}: NotRecognized, there is no marker in it`;
  if (markers.length > 1) return `${name}: NotRecognized, there are ${markers.length} markers in it`;
  return markers[0] === id ? undefined : `${name}: NotRecognized, its marker is another store's`;
}

/** Rows that are neither retired nor covered by what is configured: blocks may be in these stores still. */
export function forgottenStores(
  configured: readonly Pick<LookedAt, 'id' | 'organizations'>[],
  rows: readonly StoreRow[],
): StoreRow[] {
  const covers = ({ id, organizations }: Pick<LookedAt, 'id' | 'organizations'>, row: StoreRow) =>
    id === row.store_id && (organizations.length === 0 || organizations.includes(row.organization_id));
  return rows.filter((row) => row.retire_time === null && !configured.some((store) => covers(store, row)));
}

/**
 * Why no page of an organization may be swept now; undefined: nothing is in the way. Fails closed: without a store, with one that is
 * not recognized, and with one that held blocks and is neither configured nor retired, "nothing left" would say nothing.
 */
export function whyNotToSweep(
  organizationId: string,
  configured: readonly LookedAt[],
  rows: readonly StoreRow[],
): string | undefined {
  const own = configured.filter(
    ({ organizations }) => organizations.length === 0 || organizations.includes(organizationId),
  );
  if (own.length === 0) return 'no store is configured for this organization';
  for (const store of own) {
    const trouble = troubleOf(store);
    if (trouble !== undefined) return trouble;
  }
  const forgotten = forgottenStores(configured, rows).find(({ organization_id: whose }) =>
    ['', organizationId].includes(whose),
  );
  return (
    forgotten &&
    `${forgotten.name}: NotConfigured, the store ${forgotten.store_id} is neither configured nor retired`
  );
}

/** Whether an operator said that no block of the organization is left in a store, and nothing said otherwise since. */
export function isRetiredFor(organizationId: string, storeId: string, rows: readonly StoreRow[]): boolean {
  const own = rows.filter(
    (row) => row.store_id === storeId && ['', organizationId].includes(row.organization_id),
  );
  return own.length > 0 && own.every((row) => row.retire_time !== null);
}

/** The ids of the stores that blocks of the organization may be in, as far as no operator said otherwise. */
export function requiredStores(organizationId: string, rows: readonly StoreRow[]): string[] {
  const own = rows.filter(
    (row) => row.retire_time === null && ['', organizationId].includes(row.organization_id),
  );
  return own.map((row) => row.store_id);
}
