import { execute, many, maybeOne, type Queryable } from '@lethe/postgres';

export interface HoldRow {
  readonly hold_id: string;
  readonly workspace_id: string;
  readonly origin: string;
  readonly reason: string;
  readonly placed_by: string;
  readonly by_operator: boolean;
  readonly place_time: Date;
  readonly released_by: string | null;
  readonly release_time: Date | null;
}

/** Of a workspace, oldest first. */
export function listHoldsInForce(
  db: Queryable,
  organizationId: string,
  workspaceId: string,
): Promise<HoldRow[]> {
  return many<HoldRow>(
    db,
    `select h.*
       from hold h
       join workspace w using (workspace_id)
      where w.organization_id = $1 and h.workspace_id = $2 and h.release_time is null
      order by h.place_time, h.hold_id`,
    [organizationId, workspaceId],
  );
}

/** Where a hold stands, released or not; with an organization only if it is one of its own. */
export function workspaceOfHold(
  db: Queryable,
  organizationId: string | undefined,
  holdId: string,
): Promise<{ workspace_id: string } | undefined> {
  return maybeOne(
    db,
    `select h.workspace_id
       from hold h
       join workspace w using (workspace_id)
      where h.hold_id = $2 and ($1::text is null or w.organization_id = $1)`,
    [organizationId ?? null, holdId],
  );
}

/** A hold that comes or goes changes the etag, which a deletion compares. */
export function touchHeldWorkspace(
  tx: Queryable,
  organizationId: string,
  workspaceId: string,
): Promise<number> {
  return execute(
    tx,
    `update workspace set revision = revision + 1 where organization_id = $1 and workspace_id = $2`,
    [organizationId, workspaceId],
  );
}
