import { status } from '@grpc/grpc-js';
import { DeletionState, type ListDeletionsRequest, type ListDeletionsResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import { wireDeletion } from '../deletion/deletion.js';
import type { DeletionRow } from '../deletion/deletion.sql.js';
import { organizationExists } from '../grant/grant.sql.js';
import { pageOf } from '../page.js';
import { refusals } from '../refusals.js';
import { organizationIdOf, pageSizeOf, pageTokenOf, tokenPart } from '../requests.js';
import { listDeletions } from './list-deletions.sql.js';

const NEWEST = ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff'] as const;

/** For operators: of one organization or of all, newest first within each. */
export const listDeletionsRpc =
  (pool: Pool) =>
  async (request: ListDeletionsRequest): Promise<ListDeletionsResponse> => {
    const size = pageSizeOf(request);
    const organizationId = organizationIdOf(request, 'all');
    const state = stateOf(request.state);
    const token = pageTokenOf(request, tokenPart.text, tokenPart.time, tokenPart.uuid);
    if (organizationId !== '' && (token?.[0] ?? organizationId) !== organizationId)
      throw refusals.invalidArgument('page_token is of another organization');
    if (organizationId !== '' && !(await organizationExists(pool, organizationId)))
      throw new RefusalError({
        code: status.NOT_FOUND,
        reason: 'ORGANIZATION_NOT_FOUND',
        message: 'Organization not found',
      });
    const [from = '', beginTime = '', deletionId = ''] = token ?? [organizationId, ...NEWEST];
    const after = { organizationId: from, beginTime, deletionId, all: organizationId === '' };
    const rows = await listDeletions(pool, after, state, size + 1);
    const { page, nextPageToken } = pageOf(rows, size, (last) => [
      last.organization_id,
      last.begin_time.toISOString(),
      last.deletion_id,
    ]);
    return {
      deletions: page.map((row) => ({ ...wireDeletion(row), certificateId: row.certificate_id ?? '' })),
      nextPageToken,
    };
  };

function stateOf(state: DeletionState): DeletionRow['state'] | undefined {
  switch (state) {
    case DeletionState.UNSPECIFIED:
      return undefined;
    case DeletionState.SCHEDULED:
      return 'scheduled';
    case DeletionState.RESTORED:
      return 'restored';
    case DeletionState.PURGING:
      return 'purging';
    case DeletionState.PURGED:
      return 'purged';
    case DeletionState.SUPERSEDED:
      return 'superseded';
    case DeletionState.UNRECOGNIZED:
    default:
      throw refusals.invalidArgument('state must be one of DELETION_STATE_*, or unspecified for all');
  }
}
