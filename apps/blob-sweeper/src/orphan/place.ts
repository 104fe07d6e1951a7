import { status } from '@grpc/grpc-js';
import type { ObjectStore } from '@lethe/object-store';
import { RefusalError } from '@lethe/outcome';
import type { Queryable } from '@lethe/postgres';
import type { Realms } from '../realms/realms.js';
import { invalid, storeNotFound } from '../requests.js';
import type { StoreSet } from '../stores/store-set.js';
import { databaseTime } from './clock.sql.js';

const [LEAST_AGE, DEFAULT_AGE, MOST_AGE] = [3_600, 604_800, 10 * 365 * 86_400];

/**
 * What is not younger than this may be an orphan: by the database's clock or this host's, whichever is behind, so that one that runs
 * ahead does not make objects older than they are. The store's own clock wrote the times of objects.
 *
 * @throws RefusalError INVALID_ARGUMENT
 */
export async function oldBefore(db: Queryable, minAgeSeconds: number): Promise<Date> {
  const seconds = minAgeSeconds === 0 ? DEFAULT_AGE : minAgeSeconds;
  if (seconds < LEAST_AGE || seconds > MOST_AGE)
    throw invalid(`min_age_seconds must be 0 or from ${LEAST_AGE} to ${MOST_AGE}`);
  const now = Math.min((await databaseTime(db)).getTime(), Date.now());
  return new Date(now - seconds * 1_000);
}

/**
 * The store of that name, recognized a few seconds ago at most.
 *
 * @throws RefusalError STORE_NOT_FOUND; STORES_UNSURE; STORE_FAILED
 */
export async function storeOf(
  stores: Pick<StoreSet, 'of'>,
  organizationId: string,
  name: string,
): Promise<ObjectStore> {
  const where = await stores.of(organizationId).catch((error: unknown) => {
    throw storeFailed('a store', error);
  });
  const store = where.stores.find((one) => one.name === name);
  if (store === undefined) throw storeNotFound('No store of this name is configured for this organization');
  if (where.kind === 'known') return store;
  throw new RefusalError({
    code: status.FAILED_PRECONDITION,
    reason: 'STORES_UNSURE',
    message: `Nothing can be concluded from this store: ${where.reason}`,
  });
}

/** Nothing of what it said before can be concluded from. Never with a key. */
export function storeFailed(name: string, error: unknown): RefusalError {
  if (error instanceof RefusalError) return error;
  return new RefusalError({
    code: status.UNAVAILABLE,
    reason: 'STORE_FAILED',
    message: `${name} did not do as asked: ${(error as Error).name}`,
  });
}

/** @throws RefusalError REALMS_NOT_CONFIGURED */
export function configured(realms: Realms | undefined): Realms {
  if (realms !== undefined) return realms;
  throw new RefusalError({
    code: status.FAILED_PRECONDITION,
    reason: 'REALMS_NOT_CONFIGURED',
    message: 'Set REALM_PURGE_ADDRESS and REALM_PURGE_TOKEN: only realm-purge knows whose blocks are known',
  });
}
