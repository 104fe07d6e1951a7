import { many, maybeOne, one, type Queryable } from '@lethe/postgres';

export interface DeletionRow {
  readonly deletion_id: string;
  readonly workspace_id: string;
  readonly organization_id: string;
  readonly epoch: number;
  readonly kind: 'deletion_planned' | 'orphaned';
  readonly state: 'scheduled' | 'restored' | 'purging' | 'purged' | 'superseded';
  readonly requested_by: string;
  readonly delete_time: Date | null;
  readonly purge_time: Date | null;
  readonly purge_mode: 'automatic' | 'manual' | null;
  /** How long its blocks stay behind its metadata, frozen. Null: never purged. */
  readonly sweep_delay_seconds: number | null;
  /** From then on its blocks go: that long after the grant; before the grant, after the purge time. Null: never, or restored. */
  readonly sweep_time: Date | null;
  readonly restore_time: Date | null;
  readonly restored_by: string | null;
  readonly grant_time: Date | null;
  readonly granted_by: string | null;
  readonly purged_time: Date | null;
  /** Ordered to keep the blocks until they are released. */
  readonly keep_blocks: boolean;
  readonly release_time: Date | null;
  readonly pause_time: Date | null;
  readonly paused_by: string | null;
  readonly pause_reason: string | null;
  readonly retries: number;
  /** When an operator last paused, resumed, retried or released. */
  readonly order_time: Date | null;
  readonly replay_of: string | null;
  /** Of a replay: how many blocks were counted before it, in which epoch most, and never shown to be gone. Null: none. */
  readonly unproven_blocks: number | null;
  readonly unproven_epoch: number | null;
  /** When a replay took its place, before it was certified. */
  readonly superseded_time: Date | null;
}

export interface ParticipantRow {
  readonly deletion_id: string;
  readonly participant: string;
  readonly gives_block_evidence: boolean;
  readonly evidence: unknown;
  readonly report_time: Date | null;
  /** 1: reported before there was evidence by store. */
  readonly report_form: number;
}

export interface ProgressRow {
  readonly deletion_id: string;
  readonly participant: string;
  readonly progress: unknown;
  readonly conditions: unknown[];
  /** When it last said anything, and when that last was something new. */
  readonly report_time: Date;
  readonly change_time: Date;
}

/** The deletion of the workspace's current epoch. Behind the lock of a workspace that is not active there is exactly one. */
export function openDeletion(tx: Queryable, workspaceId: string): Promise<DeletionRow> {
  return one<DeletionRow>(
    tx,
    `select d.* from deletion d join workspace w using (workspace_id, epoch) where d.workspace_id = $1`,
    [workspaceId],
  );
}

/** The deletion that an epoch began with: it stays whatever becomes of the workspace. */
export function deletionOf(
  db: Queryable,
  organizationId: string,
  workspaceId: string,
  epoch: number,
): Promise<DeletionRow> {
  return one<DeletionRow>(
    db,
    `select * from deletion where organization_id = $1 and workspace_id = $2 and epoch = $3`,
    [organizationId, workspaceId, epoch],
  );
}

/** With an organization only if the workspace is one of its own. */
export function newestDeletion(
  db: Queryable,
  organizationId: string | undefined,
  workspaceId: string,
): Promise<DeletionRow | undefined> {
  return maybeOne<DeletionRow>(
    db,
    `select *
       from deletion
      where workspace_id = $2 and ($1::text is null or organization_id = $1)
      order by epoch desc
      limit 1`,
    [organizationId ?? null, workspaceId],
  );
}

export function listParticipantRows(
  db: Queryable,
  deletionIds: readonly string[],
): Promise<ParticipantRow[]> {
  return many<ParticipantRow>(
    db,
    `select deletion_id, participant, gives_block_evidence, evidence, report_time, report_form
       from deletion_participant
      where deletion_id = any($1::uuid[])
      order by deletion_id, participant`,
    [deletionIds],
  );
}

export function listProgress(
  db: Queryable,
  { organization_id, deletion_id }: DeletionRow,
): Promise<ProgressRow[]> {
  return many<ProgressRow>(
    db,
    `select deletion_id, participant, p.progress, p.conditions, p.report_time, p.change_time
       from deletion_progress p
       join deletion using (deletion_id)
      where organization_id = $1 and deletion_id = $2
      order by participant`,
    [organization_id, deletion_id],
  );
}

/** The time by which everything here is judged. */
export async function readClock(db: Queryable): Promise<Date> {
  return (await one<{ now: Date }>(db, `select clock_timestamp()::timestamptz(3) as now`)).now;
}

export function findCertificate(
  db: Queryable,
  { organization_id, deletion_id }: DeletionRow,
): Promise<{ certificate_id: string; jws: string } | undefined> {
  return maybeOne(
    db,
    `select certificate_id, jws from certificate where organization_id = $1 and deletion_id = $2`,
    [organization_id, deletion_id],
  );
}

/** How many holds are in force, and since when the first is. */
export function holdsInForce(
  db: Queryable,
  { organization_id, workspace_id }: DeletionRow,
): Promise<{ holds: number; since: Date | null }> {
  return one(
    db,
    `select count(*) as holds, min(place_time) as since
       from hold
       join workspace using (workspace_id)
      where organization_id = $1 and workspace_id = $2 and release_time is null`,
    [organization_id, workspace_id],
  );
}
