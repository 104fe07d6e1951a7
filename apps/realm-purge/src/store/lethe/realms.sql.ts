import { execute, many, maybeOne, one, type Queryable } from '@lethe/postgres';
import type { Realm, RealmDescription } from '../realm-store.js';

/** Any number: the advisory locks of organizations stay apart from others of this database. */
const LOCK_SEED = 7_263_514;

export async function lockForWriting(tx: Queryable, organizationId: string): Promise<void> {
  await execute(tx, `select pg_advisory_xact_lock_shared(hashtextextended($1, ${LOCK_SEED}))`, [
    organizationId,
  ]);
}

export async function lockForFencing(tx: Queryable, organizationId: string): Promise<void> {
  await execute(tx, `set local lock_timeout = '2s'`);
  await execute(tx, `select pg_advisory_xact_lock(hashtextextended($1, ${LOCK_SEED}))`, [organizationId]);
}

const REALM = `r.realm_id as "realmId", r.organization_id as "organizationId", r.state`;

export function findRealm(db: Queryable, realmId: string): Promise<Realm | undefined> {
  return maybeOne<Realm>(db, `select ${REALM} from realm r where realm_id = $1`, [realmId]);
}

/** Sizes are what writers say: no lie of theirs may overflow what a reader can hold. */
const MOST_BYTES = Number.MAX_SAFE_INTEGER;

export function describeRealms(db: Queryable, realmIds: readonly string[]): Promise<RealmDescription[]> {
  return many<RealmDescription>(
    db,
    `select ${REALM}, b.blocks, b.bytes,
            (select count(*) from vlob_atom v where v.realm_id = r.realm_id) as "vlobAtoms",
            (select count(*) from key_bundle k where k.realm_id = r.realm_id) as "keyBundles"
       from realm r
      cross join lateral (select count(*) as blocks, least(coalesce(sum(size_bytes), 0), ${MOST_BYTES})::bigint as bytes
                            from block
                           where block.realm_id = r.realm_id) b
      where r.realm_id = any($1::uuid[])
      order by r.organization_id, r.realm_id`,
    [realmIds],
  );
}

export async function insertRealm(
  tx: Queryable,
  { organizationId, realmId }: { organizationId: string; realmId: string },
): Promise<boolean> {
  const inserted = await execute(
    tx,
    `insert into realm (realm_id, organization_id, state) values ($2, $1, 'active') on conflict do nothing`,
    [organizationId, realmId],
  );
  return inserted === 1;
}

/** One that never had data gets its tombstone's place, so that none can be created any more. */
export function fence(
  tx: Queryable,
  realmId: string,
  organizationId: string,
): Promise<{ organizationId: string }> {
  return one(
    tx,
    `insert into realm (realm_id, organization_id, state)
     values ($1, $2, 'fenced')
     on conflict (realm_id) do update
        set state = case when realm.state = 'active' and realm.organization_id = excluded.organization_id
                         then 'fenced' else realm.state end
     returning organization_id as "organizationId"`,
    [realmId, organizationId],
  );
}

/** A tombstone that is there already stays: a deletion that is replayed finds its own. */
export async function bury(tx: Queryable, realmId: string): Promise<boolean> {
  const buried = await execute(
    tx,
    `update realm set state = 'purged' where realm_id = $1 and state in ('fenced', 'purged')`,
    [realmId],
  );
  return buried === 1;
}
