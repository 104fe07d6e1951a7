import type { GetGrantRequest, GetGrantResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { wireGrant } from '../deletion/deletion.js';
import { listParticipantRows, readClock } from '../deletion/deletion.sql.js';
import { findGrant } from '../grant/find-grants.sql.js';
import { noGrant } from '../grant/no-grant.js';
import { epochOf, uuidOf } from '../requests.js';

export const getGrantRpc =
  (pool: Pool) =>
  async (request: GetGrantRequest): Promise<GetGrantResponse> => {
    const workspaceId = uuidOf(request.workspaceId);
    const epoch = epochOf(request);
    const grant = workspaceId && (await findGrant(pool, workspaceId, epoch));
    if (!grant) throw noGrant();
    const [participants, now] = await Promise.all([
      listParticipantRows(pool, [grant.deletion_id]),
      readClock(pool),
    ]);
    return { grant: wireGrant(grant, participants, now) };
  };
