import type { Erase, Erased } from '@lethe/participant';
import { transaction, type Pool } from '@lethe/postgres';
import { closeWorkspace, hasDocuments, removeDocuments } from './index.sql.js';

/**
 * Erases up to `batch` documents of a workspace that may be purged, in one transaction that takes the workspace's lock first, as the
 * writers do, so that nobody deadlocks and two replicas take turns.
 */
export const eraseWorkspace =
  (pool: Pool, batch: number): Erase =>
  (grant) =>
    transaction(pool, async (tx): Promise<Erased> => {
      const { workspaceId, organizationId, epoch } = grant;
      const closed = await closeWorkspace(tx, grant, epoch);
      if (closed.organization_id !== organizationId)
        return {
          kind: 'blocked',
          reason: 'the documents belong to another organization than the grant: nothing was touched',
        };
      if (closed.erase_epoch !== epoch)
        return {
          kind: 'blocked',
          reason: `the grant is of epoch ${epoch}, but epoch ${closed.erase_epoch} was erased: was the authority set back?`,
        };
      const documents = await removeDocuments(tx, workspaceId, batch);
      if (await hasDocuments(tx, workspaceId)) return { kind: 'more' };
      return { kind: 'done', removed: { documents } };
    });
