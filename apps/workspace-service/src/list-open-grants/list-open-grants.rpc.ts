import type { ListOpenGrantsRequest, ListOpenGrantsResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';
import { wireGrant } from '../deletion/deletion.js';
import { listParticipantRows, readClock } from '../deletion/deletion.sql.js';
import { listOpenGrants } from '../grant/find-grants.sql.js';
import { pageSizeOf, pageToken, pageTokenOf, tokenPart } from '../requests.js';

const BEFORE_ALL = ['-infinity', '00000000-0000-0000-0000-000000000000'];

export const listOpenGrantsRpc =
  (pool: Pool) =>
  async (request: ListOpenGrantsRequest, { caller }: CallContext): Promise<ListOpenGrantsResponse> => {
    const size = pageSizeOf(request);
    const after = pageTokenOf(request, tokenPart.time, tokenPart.uuid) ?? BEFORE_ALL;
    const rows = await listOpenGrants(pool, caller, after, size + 1);
    const page = rows.slice(0, size);
    const last = page.at(-1);
    const ids = page.map((row) => row.deletion_id);
    const [participants, now] = await Promise.all([listParticipantRows(pool, ids), readClock(pool)]);
    return {
      grants: page.map((row) => wireGrant(row, participants, now)),
      nextPageToken:
        rows.length > size && last?.grant_time
          ? pageToken([last.grant_time.toISOString(), last.deletion_id])
          : '',
    };
  };
