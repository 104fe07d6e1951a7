import { status } from '@grpc/grpc-js';
import { RefusalError } from '@lethe/outcome';
import type { DeletionRow } from './deletion.sql.js';

/** What whoever may delete a workspace is told when it is deleted already: by the wire contract it is not found, and since when. */
export const alreadyDeleted = (deletion: DeletionRow, restorable: boolean): RefusalError =>
  new RefusalError({
    code: status.NOT_FOUND,
    reason: 'WORKSPACE_ALREADY_DELETED',
    message: 'Workspace not found',
    metadata: {
      deletionId: deletion.deletion_id,
      deleteTime: deletion.delete_time?.toISOString() ?? '',
      purgeTime: deletion.purge_time?.toISOString() ?? '',
      restorable: String(restorable),
    },
  });
