import { status } from '@grpc/grpc-js';
import type { ListDeletableRequest, ListDeletableResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import { wireKind } from '../deletion/deletion.js';
import { organizationExists } from '../grant/grant.sql.js';
import { organizationIdOf, pageSizeOf, pageToken, pageTokenOf, tokenPart } from '../requests.js';
import { listCandidates } from './list-deletable.sql.js';

const BEFORE_ALL = ['', '00000000-0000-0000-0000-000000000000'];

export const listDeletableRpc =
  (pool: Pool) =>
  async (request: ListDeletableRequest): Promise<ListDeletableResponse> => {
    const size = pageSizeOf(request);
    const after = pageTokenOf(request, tokenPart.text, tokenPart.uuid) ?? BEFORE_ALL;
    const organizationId = organizationIdOf(request, 'all');
    if (organizationId !== '' && !(await organizationExists(pool, organizationId)))
      throw new RefusalError({
        code: status.NOT_FOUND,
        reason: 'ORGANIZATION_NOT_FOUND',
        message: 'Organization not found',
      });
    const rows = await listCandidates(pool, organizationId, after, size + 1);
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      candidates: page.map((row) => ({
        organizationId: row.organization_id,
        workspaceId: row.workspace_id,
        kind: wireKind(row.kind),
        since: row.since,
        epoch: row.epoch,
      })),
      nextPageToken: rows.length > size && last ? pageToken([last.organization_id, last.workspace_id]) : '',
    };
  };
