import { maybeOne, type Queryable } from '@lethe/postgres';
import type { DeletionRow } from '../deletion/deletion.sql.js';

/** The grant of a workspace that is being purged. Read behind the workspace's lock, it stays so until the transaction ends. */
export function grantUnderWay(
  tx: Queryable,
  organizationId: string,
  workspaceId: string,
): Promise<DeletionRow | undefined> {
  return maybeOne<DeletionRow>(
    tx,
    `select d.*
       from deletion d
       join workspace w using (organization_id, workspace_id, epoch)
      where d.organization_id = $1
        and d.workspace_id = $2
        and d.state = 'purging'
        and w.state = 'purging'`,
    [organizationId, workspaceId],
  );
}
