import { execute, many, maybeOne, one, type Queryable } from '@lethe/postgres';

export interface Place {
  readonly organizationId: string;
  readonly workspaceId: string;
}

/** Any number: keeps these advisory locks apart from others of this database. */
const LOCK_SEED = 8_114_207;

/**
 * False when the workspace is erased, or another organization's. Otherwise no erasure of it begins until the transaction ends. The
 * lock is an advisory one since these form a queue: a row's shared lock lets writers pass an eraser that waits for it, for as long
 * as there is always one, and the foreign key's lock lets the eraser pass.
 */
export async function lockForWriting(tx: Queryable, place: Place): Promise<boolean> {
  const { workspaceId, organizationId } = place;
  await execute(tx, `select pg_advisory_xact_lock_shared(hashtextextended($1, ${LOCK_SEED}))`, [workspaceId]);
  await execute(
    tx,
    `insert into indexed_workspace (workspace_id, organization_id) values ($1, $2) on conflict do nothing`,
    [workspaceId, organizationId],
  );
  // A statement of its own, behind the lock: it sees what the lock waited for.
  const open = await execute(
    tx,
    `select from indexed_workspace where workspace_id = $1 and organization_id = $2 and erase_epoch is null`,
    [workspaceId, organizationId],
  );
  return open === 1;
}

export function putDocument(
  tx: Queryable,
  { workspaceId, organizationId }: Place,
  documentId: string,
  text: string,
): Promise<number> {
  return execute(
    tx,
    `insert into document (workspace_id, document_id, organization_id, terms)
     values ($1, $2, $3, to_tsvector('simple', $4))
     on conflict (workspace_id, document_id) do update set terms = excluded.terms`,
    [workspaceId, documentId, organizationId, text],
  );
}

export function findDocuments(db: Queryable, place: Place, words: string, limit: number) {
  return many<{ document_id: string }>(
    db,
    `select document_id
       from document
       join indexed_workspace using (workspace_id, organization_id)
      where organization_id = $1 and workspace_id = $2
        and erase_epoch is null
        and terms @@ websearch_to_tsquery('simple', $3)
      order by document_id
      limit $4`,
    [place.organizationId, place.workspaceId, words, limit],
  );
}

export interface ClosedRow {
  readonly organization_id: string;
  readonly erase_epoch: number | null;
}

/**
 * Closes the workspace to writers, once those under way have ended. All writers queue behind it, so it gives up rather than wait
 * long for one that is stuck; the piece is made again. A higher epoch (the deletion is replayed over a restored backup) begins to
 * count anew. Answers the row as it is now: with another organization or a higher epoch it was left alone.
 */
export async function closeWorkspace(tx: Queryable, place: Place, epoch: number): Promise<ClosedRow> {
  await execute(tx, `set local lock_timeout = '2s'`);
  await execute(tx, `select pg_advisory_xact_lock(hashtextextended($1, ${LOCK_SEED}))`, [place.workspaceId]);
  const closed = await maybeOne<ClosedRow>(
    tx,
    `insert into indexed_workspace as w (workspace_id, organization_id, erase_epoch)
     values ($1, $2, $3)
     on conflict (workspace_id) do update
        set erase_epoch = excluded.erase_epoch,
            removed_documents = case when w.erase_epoch = excluded.erase_epoch then w.removed_documents else 0 end
      where w.organization_id = excluded.organization_id
        and (w.erase_epoch is null or w.erase_epoch <= excluded.erase_epoch)
     returning organization_id, erase_epoch`,
    [place.workspaceId, place.organizationId, epoch],
  );
  return (
    closed ??
    one<ClosedRow>(tx, `select organization_id, erase_epoch from indexed_workspace where workspace_id = $1`, [
      place.workspaceId,
    ])
  );
}

/** Deletes some documents of a closed workspace and counts them, together. Answers the count of all that went so far. */
export async function removeDocuments(tx: Queryable, workspaceId: string, limit: number): Promise<number> {
  const { removed } = await one<{ removed: number }>(
    tx,
    `with piece as (
       select document_id from document where workspace_id = $1 order by document_id limit $2
     ), gone as (
       delete from document
        using piece
        where document.workspace_id = $1 and document.document_id = piece.document_id
       returning 1
     )
     update indexed_workspace
        set removed_documents = removed_documents + (select count(*) from gone)
      where workspace_id = $1
     returning removed_documents as removed`,
    [workspaceId, limit],
  );
  return removed;
}

/** Looks again, after the deletes. */
export async function hasDocuments(db: Queryable, workspaceId: string): Promise<boolean> {
  return (await execute(db, `select from document where workspace_id = $1 limit 1`, [workspaceId])) > 0;
}
