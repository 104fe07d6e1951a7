import { execute, maybeOne, type Queryable } from '@lethe/postgres';

export interface RealmRow {
  readonly realm_id: string;
  readonly organization_id: string;
  readonly state: 'active' | 'fenced' | 'purged';
}

/** Any number: the advisory locks of organizations stay apart from others of this database. */
const LOCK_SEED = 7_263_514;

/** Shared by an organization's writers for the length of their transactions. */
export function lockForWriting(tx: Queryable, organizationId: string): Promise<number> {
  return execute(tx, `select pg_advisory_xact_lock_shared(hashtextextended($1, ${LOCK_SEED}))`, [
    organizationId,
  ]);
}

/**
 * Alone: waits for the organization's writers under way, and lets none begin. All of them queue behind it, so it gives up rather
 * than wait long for one that is stuck; the step is made again.
 */
export async function lockForFencing(tx: Queryable, organizationId: string): Promise<void> {
  await execute(tx, `set local lock_timeout = '2s'`);
  await execute(tx, `select pg_advisory_xact_lock(hashtextextended($1, ${LOCK_SEED}))`, [organizationId]);
}

export function findRealm(db: Queryable, realmId: string): Promise<RealmRow | undefined> {
  return maybeOne<RealmRow>(db, `select realm_id, organization_id, state from realm where realm_id = $1`, [
    realmId,
  ]);
}
