import { execute, one, type Queryable } from '@lethe/postgres';

/**
 * Records an order that somebody told of. It never takes the place of one that is there: which of them is true, if any, only the
 * authority knows. False when there is one.
 */
export async function recordHint(
  tx: Queryable,
  order: { readonly organizationId: string; readonly realmId: string; readonly epoch: number },
): Promise<boolean> {
  const recorded = await execute(
    tx,
    `insert into purge (realm_id, organization_id, epoch, state)
     values ($1, $2, $3, 'ordered')
     on conflict (realm_id) do nothing`,
    [order.realmId, order.organizationId, order.epoch],
  );
  return recorded === 1;
}

/**
 * Does a hint wait for the order of another epoch that is there and not decided yet? Should that be dropped, nobody would know any
 * more of this one. Also when it was dropped in this moment.
 */
export async function mustWait(
  tx: Queryable,
  { realmId, epoch }: { readonly realmId: string; readonly epoch: number },
): Promise<boolean> {
  const { waits } = await one<{ waits: boolean }>(
    tx,
    `select not exists (select from purge
                         where realm_id = $1 and (epoch = $2 or state <> 'ordered')) as waits`,
    [realmId, epoch],
  );
  return waits;
}

export interface ShownGrant {
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly epoch: number;
  /** Not empty: the deletion that this one replays, over a restored backup. */
  readonly replayOf: string;
}

export interface OrdersRecorded {
  readonly ordered: number;
  readonly again: number;
  readonly rewound: number;
  /** Purges of an earlier epoch than a replay: they are to begin anew, and were left as they are. */
  readonly behind: readonly string[];
}

/**
 * Records what the authority itself shows as granted and not reported: it replaces a hint of another epoch. One that was reported
 * is reported again, for the authority does not know of it any more. One that is under way with another epoch halts, unless a
 * replay raised it.
 */
export function recordOrders(db: Queryable, grants: readonly ShownGrant[]): Promise<OrdersRecorded> {
  return one<OrdersRecorded>(
    db,
    `with granted as (
       select distinct on (realm_id) *
         from unnest($1::uuid[], $2::text[], $3::bigint[], $4::boolean[]) as shown (realm_id, organization_id, epoch, replay)
        order by realm_id, epoch desc
     ), behind as (
       select realm_id
         from granted
         join purge using (realm_id)
        where granted.replay and purge.epoch < granted.epoch
     ), ordered as (
       insert into purge (realm_id, organization_id, epoch, state)
       select realm_id, organization_id, epoch, 'ordered'
         from granted
        where realm_id not in (select realm_id from behind)
       on conflict (realm_id) do update
          set organization_id = excluded.organization_id, epoch = excluded.epoch,
              next_step_time = clock_timestamp(), failures = 0
        where purge.state = 'ordered' and purge.epoch <> excluded.epoch
       returning 1
     ), again as (
       update purge
          set report_time = null, next_step_time = clock_timestamp()
         from granted
        where purge.realm_id = granted.realm_id and purge.epoch = granted.epoch and purge.report_time is not null
       returning 1
     ), rewound as (
       update purge
          set attention = format('the authority shows a grant of epoch %s, but this purge is of epoch %s',
                                 granted.epoch, purge.epoch)
         from granted
        where purge.realm_id = granted.realm_id and purge.epoch <> granted.epoch
          and purge.realm_id not in (select realm_id from behind)
          and purge.state <> 'ordered' and purge.attention is null
       returning 1
     )
     select (select count(*) from ordered) as ordered,
            (select count(*) from again) as again,
            (select count(*) from rewound) as rewound,
            array(select realm_id::text from behind order by realm_id) as behind`,
    [
      grants.map((grant) => grant.workspaceId),
      grants.map((grant) => grant.organizationId),
      grants.map((grant) => grant.epoch),
      grants.map((grant) => grant.replayOf !== ''),
    ],
  );
}

/** False when it is of this epoch, or a later one, by now. */
export async function lockEarlierPurge(tx: Queryable, realmId: string, epoch: number): Promise<boolean> {
  return (
    (await execute(tx, `select from purge where realm_id = $1 and epoch < $2 for update`, [
      realmId,
      epoch,
    ])) === 1
  );
}

/**
 * With all of its pages, of which a purge of ten million blocks has ten thousand. A row that is made anew remembers nothing by
 * mistake.
 */
export async function forgetPurge(tx: Queryable, realmId: string): Promise<void> {
  await execute(tx, `delete from page where realm_id = $1`, [realmId]);
  await execute(tx, `delete from purge where realm_id = $1`, [realmId]);
}
