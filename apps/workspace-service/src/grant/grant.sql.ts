import { execute, maybeOne, type Queryable } from '@lethe/postgres';
import type { DeletionRow } from '../deletion/deletion.sql.js';
import { orphanedSince } from '../orphan/orphan.sql.js';
import type { State } from '../workspace/workspace-state.js';

/**
 * The grant of a planned deletion: one compare-and-set by this database's clock. State, epoch, due, no hold; nothing else opens
 * this door. Behind the lock on the workspace, so that a hold or a restore either committed before and is seen, or waits.
 */
export function grantPlanned(
  tx: Queryable,
  workspaceId: string,
  grantedBy: string,
  modes: readonly string[],
  keepBlocks: boolean,
): Promise<DeletionRow | undefined> {
  return maybeOne<DeletionRow>(
    tx,
    `with granted as (
       update deletion d
          set grant_time = clock_timestamp(), granted_by = $2, keep_blocks = $4
         from workspace w
        where w.workspace_id = $1
          and w.state = 'deleted'
          and d.workspace_id = w.workspace_id
          and d.epoch = w.epoch
          and d.state = 'scheduled'
          and d.purge_mode = any($3::text[])
          and d.purge_time <= clock_timestamp()
          and not exists (select from hold h where h.workspace_id = w.workspace_id and h.release_time is null)
       returning d.*
     ), moved as (
       update workspace w
          set state = 'purging', revision = revision + 1
         from granted
        where w.workspace_id = granted.workspace_id
     )
     select * from granted`,
    [workspaceId, grantedBy, modes, keepBlocks],
  );
}

/**
 * Makes whoever brings a member back, or changes the policy, come before the grant of an orphan and be seen by it, or after it:
 * what was answered to a user before the grant always counts.
 */
export async function lockOrphanGuards(
  tx: Queryable,
  organizationId: string,
  workspaceId: string,
): Promise<void> {
  await execute(tx, `select from deletion_policy where organization_id = $1 for share`, [organizationId]);
  await execute(
    tx,
    `select from membership m join account a using (user_id) where m.workspace_id = $1 order by user_id for share`,
    [workspaceId],
  );
}

/**
 * The grant of an orphan, by the policy of this moment, the delay of its blocks included: nothing was frozen before. Never by itself, only by an operator's order, and never where a sequester could still decrypt.
 */
export function grantOrphaned(
  tx: Queryable,
  deletionId: string,
  workspaceId: string,
  orderedBy: string,
  keepBlocks: boolean,
): Promise<DeletionRow | undefined> {
  return maybeOne<DeletionRow>(
    tx,
    `with granted as (
       update workspace w
          set state = 'purging', epoch = w.epoch + 1, revision = w.revision + 1, is_default = false
         from workspace o
         join deletion_policy policy using (organization_id)
        cross join lateral (${orphanedSince('o.workspace_id')}) orphan
        where o.workspace_id = $2
          and w.workspace_id = o.workspace_id
          and w.state = 'active'
          and not policy.sequestered
          and orphan.since + make_interval(secs => policy.orphan_delay_seconds) <= clock_timestamp()
          and not exists (select from hold h where h.workspace_id = w.workspace_id and h.release_time is null)
       returning w.workspace_id, w.organization_id, w.epoch, policy.sweep_delay_seconds
     )
     insert into deletion (deletion_id, workspace_id, organization_id, epoch, kind, requested_by, grant_time, granted_by, keep_blocks,
                           sweep_delay_seconds)
     select $1, workspace_id, organization_id, epoch, 'orphaned', $3, clock_timestamp(), $3, $4, sweep_delay_seconds
       from granted
     returning *`,
    [deletionId, workspaceId, orderedBy, keepBlocks],
  );
}

/** Freezes with the grant whose reports the certificate will need. */
export function requireParticipants(
  tx: Queryable,
  deletionId: string,
  participants: ReadonlyMap<string, boolean>,
): Promise<number> {
  return execute(
    tx,
    `insert into deletion_participant (deletion_id, participant, gives_block_evidence)
     select $1, * from unnest($2::text[], $3::boolean[])`,
    [deletionId, [...participants.keys()], [...participants.values()]],
  );
}

export interface GrantFactsRow {
  readonly state: State;
  readonly held: boolean;
  readonly planned: boolean;
  readonly has_purge_time: boolean;
  readonly planned_due: boolean;
  readonly has_policy: boolean;
  readonly sequestered: boolean;
  readonly orphaned: boolean;
  readonly orphan_due: boolean;
}

export function readGrantFacts(tx: Queryable, workspaceId: string): Promise<GrantFactsRow | undefined> {
  return maybeOne<GrantFactsRow>(
    tx,
    `select w.state,
            exists (select from hold h where h.workspace_id = w.workspace_id and h.release_time is null) as held,
            d.deletion_id is not null as planned,
            d.purge_time is not null as has_purge_time,
            coalesce(d.purge_time <= clock_timestamp(), false) as planned_due,
            policy.organization_id is not null as has_policy,
            coalesce(policy.sequestered, true) as sequestered,
            orphan.since is not null as orphaned,
            coalesce(orphan.since + make_interval(secs => policy.orphan_delay_seconds) <= clock_timestamp(),
                     false) as orphan_due
       from workspace o
       join workspace w using (workspace_id)
       left join deletion d on d.workspace_id = w.workspace_id and d.epoch = w.epoch and d.state = 'scheduled'
       left join deletion_policy policy on policy.organization_id = w.organization_id
       left join lateral (${orphanedSince('o.workspace_id')}) orphan on true
      where w.workspace_id = $1`,
    [workspaceId],
  );
}

export async function organizationExists(tx: Queryable, organizationId: string): Promise<boolean> {
  return (await execute(tx, `select from organization where organization_id = $1`, [organizationId])) === 1;
}
