import type { Authority } from '@lethe/participant';
import type { Pool } from '@lethe/postgres';
import type { RunResult } from '@lethe/service';
import { recordOrder } from './take-orders.sql.js';

/** Makes it true that every grant has its order here, whatever became of the event. */
export async function takeOpenGrants(
  pool: Pool,
  authority: Authority,
  ordered: () => void,
): Promise<RunResult> {
  const counts = { found: 0, ordered: 0 };
  for await (const grants of authority.openGrants()) {
    counts.found += grants.length;
    for (const { organizationId, workspaceId: realmId, epoch } of grants)
      if (await recordOrder(pool, { organizationId, realmId, epoch })) counts.ordered += 1;
  }
  if (counts.ordered > 0) ordered();
  return { counts };
}
