import { execute, many, type Queryable } from '@lethe/postgres';
import { ACTION, CONTEXT } from '../audit/audit.js';
import type { RequiredParticipants } from '../deletion/participants.js';
import { UNPROVEN } from './unproven.sql.js';

export interface ReplayableRow {
  readonly organization_id: string;
  readonly workspace_id: string;
  /** The deletion to replay: the newest of its workspace. */
  readonly replay_of: string;
  /** Null: it was reported on, and is not certified. */
  readonly purged_time: Date | null;
  /** The epoch of the replay. */
  readonly epoch: number;
  /** How many of its blocks were counted and never shown to be gone, and in which epoch most were; 0: none. */
  readonly unproven_blocks: number;
  readonly unproven_epoch: number;
  /** All who count its blocks have reported alike: it is certified first, whatever was ordered. */
  readonly only_waits: boolean;
}

export interface ReplayRow extends Omit<ReplayableRow, 'only_waits'> {
  readonly deletion_id: string;
  readonly grant_time: Date;
}

/**
 * Of a workspace `w` that is purged, or of whose purge somebody has reported that nothing is left, its newest deletion `d`; not what
 * this replay ordered before, though it be purged again since. Without a replay's id ($1) nothing was. What nobody has reported on is
 * not finished for anybody: all of them are at work on it still, or take it up again by themselves.
 */
const REPLAYABLE = `
  w.state = d.state
  and d.state in ('purging', 'purged')
  and (d.state = 'purged' or exists (select from deletion_participant p
                                      where p.deletion_id = d.deletion_id and p.report_time is not null))
  and not exists (select from deletion earlier
                   where earlier.workspace_id = w.workspace_id and earlier.replay_id = $1::uuid)`;

const SELECT = `
     select d.organization_id, d.workspace_id, d.deletion_id as replay_of, d.purged_time, d.epoch + 1 as epoch,
            unproven.unproven_blocks, unproven.unproven_epoch, unproven.only_waits
       from deletion d
       join workspace w using (workspace_id, epoch),
            ${UNPROVEN}`;

/**
 * What was certified at this time or later, or is not and was reported on then, in key order behind `after`. A report from before is
 * as true of the backup as a certificate from before.
 */
export function listReplayable(
  db: Queryable,
  replayId: string | undefined,
  since: Date,
  organizationId: string,
  after: readonly string[],
  limit: number,
): Promise<ReplayableRow[]> {
  return many<ReplayableRow>(
    db,
    `${SELECT}
      where ${REPLAYABLE}
        and (d.purged_time >= $2
             or d.state = 'purging' and exists (select from deletion_participant p
                                                 where p.deletion_id = d.deletion_id and p.report_time >= $2))
        and ($3 = '' or d.organization_id = $3)
        and (d.organization_id, d.workspace_id) > ($4, $5::uuid)
      order by d.organization_id, d.workspace_id
      limit $6`,
    [replayId ?? null, since, organizationId, ...after, limit],
  );
}

/**
 * Locks these workspaces, then their deletions, for a report waits for those alone. Always in the same order, so that two replays
 * never wait for each other in a ring.
 */
export async function lockReplayed(
  tx: Queryable,
  workspaceIds: readonly string[],
  deletionIds: readonly string[],
): Promise<void> {
  await execute(
    tx,
    `select from workspace where workspace_id = any($1::uuid[]) order by workspace_id for update`,
    [workspaceIds],
  );
  await execute(
    tx,
    `select from deletion where deletion_id = any($1::uuid[]) order by workspace_id for update`,
    [deletionIds],
  );
}

/** Of these what is still to be replayed and has blocks that were never shown to be gone: behind a replay, what it left out. */
export function listUnproven(
  tx: Queryable,
  replayId: string,
  deletionIds: readonly string[],
): Promise<ReplayableRow[]> {
  return many<ReplayableRow>(
    tx,
    `${SELECT}
      where ${REPLAYABLE}
        and d.deletion_id = any($2::uuid[])
        and unproven.unproven_blocks > 0
      order by d.organization_id, d.workspace_id`,
    [replayId, deletionIds],
  );
}

/**
 * Opens a deletion of the next epoch for each of these that is still to be replayed, granted at once, with its participants and its
 * audit; the workspace is purging again, nameless, or still. A statement of its own behind the locks, so that it sees what had committed
 * then: what was certified meanwhile is replayed as such, and what was not is superseded and never will be. Who asked for the deletion,
 * and when, stays as it was; and when its blocks go, if that is ahead still: where they were due, a backup has brought them back since,
 * and they go at once. So does an order to destroy nothing, or to keep the blocks, that nobody has taken back; and who could see
 * the deletion still can. What has blocks that were never shown to be gone is left out, or with an order that takes it frozen with
 * their number, unless it only waits for its certificate. The reason is free text: it stays with the deletion, and is in no audit.
 *
 * @param unproven the reason of such an order.
 */
export function openReplays(
  tx: Queryable,
  replayId: string,
  replayedBy: string,
  deletionIds: readonly string[],
  participants: RequiredParticipants,
  unproven: string | undefined,
): Promise<ReplayRow[]> {
  return many<ReplayRow>(
    tx,
    `with replayable as (
       select d.*, unproven.unproven_blocks as blocks_left, unproven.unproven_epoch as counted_epoch
         from deletion d
         join workspace w using (workspace_id, epoch),
              ${UNPROVEN}
        where ${REPLAYABLE}
          and d.deletion_id = any($2::uuid[])
          and (unproven.unproven_blocks = 0 or $6::text is not null and not unproven.only_waits)
     ), opened as (
       insert into deletion (deletion_id, workspace_id, organization_id, epoch, kind, requested_by, delete_time, purge_time,
                             purge_mode, grant_time, granted_by, keep_blocks, pause_time, paused_by, pause_reason,
                             replay_of, replay_id, sweep_delay_seconds, unproven_blocks, unproven_epoch,
                             unproven_reason)
       select gen_random_uuid(), workspace_id, organization_id, epoch + 1, kind, requested_by, delete_time, purge_time,
              purge_mode, clock.now, $3, keep_blocks and release_time is null, pause_time, paused_by, pause_reason,
              deletion_id, $1, greatest(0, ceil(extract(epoch from sweep_time - clock.now))),
              nullif(blocks_left, 0), nullif(counted_epoch, 0), case when blocks_left > 0 then $6::text end
         from replayable
        cross join (select clock_timestamp()::timestamptz(3) as now) clock
       returning *
     ), superseded as (
       update deletion d
          set superseded_time = clock_timestamp()
         from replayable
        where d.deletion_id = replayable.deletion_id and replayable.state = 'purging'
     ), suspended as (
       update membership m
          set suspended_epoch = opened.epoch
         from opened
        where m.workspace_id = opened.workspace_id and m.suspended_epoch = opened.epoch - 1
     ), moved as (
       update workspace w
          set state = 'purging', epoch = opened.epoch, revision = revision + 1
         from opened
        where w.workspace_id = opened.workspace_id
     ), required as (
       insert into deletion_participant (deletion_id, participant, gives_block_evidence)
       select deletion_id, participant.*
         from opened, unnest($4::text[], $5::boolean[]) participant
     ), audited as (
       insert into system_event (organization_id, workspace_id, context, context_id, action, user_id, by_operator, detail)
       select organization_id, workspace_id, ${CONTEXT.workspace}, workspace_id::text, ${ACTION.updated}, $3, true,
              jsonb_build_object('change', 'deletion_replayed', 'deletionId', deletion_id,
                                 'replayOf', replay_of, 'replayId', replay_id)
              || case when unproven_blocks is null then '{}'
                      else jsonb_build_object('unprovenBlocks', unproven_blocks, 'unprovenEpoch', unproven_epoch) end
         from opened
     )
     select opened.organization_id, opened.workspace_id, opened.replay_of, replayable.purged_time,
            opened.epoch, opened.deletion_id, opened.grant_time,
            replayable.blocks_left as unproven_blocks, replayable.counted_epoch as unproven_epoch
       from opened
       join replayable on replayable.deletion_id = opened.replay_of
      order by opened.organization_id, opened.workspace_id`,
    [
      replayId,
      deletionIds,
      replayedBy,
      [...participants.keys()],
      [...participants.values()],
      unproven ?? null,
    ],
  );
}
