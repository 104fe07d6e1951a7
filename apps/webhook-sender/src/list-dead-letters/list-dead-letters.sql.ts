import { many, type Queryable } from '@lethe/postgres';
import type { Place } from '../requests.js';

export interface DeadLetterRow {
  readonly delivery_id: string;
  readonly webhook_id: string;
  readonly organization_id: string;
  readonly workspace_id: string;
  readonly event_type: string;
  readonly event_id: string;
  readonly event_time: Date;
  readonly attempts: number;
  readonly last_failure: string | null;
  readonly give_up_time: Date;
}

/** Behind `after`, the newest first. An empty organization stands for all. */
export function listDeadLetters(
  db: Queryable,
  organizationId: string,
  after: Place | undefined,
  limit: number,
): Promise<DeadLetterRow[]> {
  return many<DeadLetterRow>(
    db,
    `select delivery_id, webhook_id, organization_id, workspace_id, event_type, event_id, event_time, attempts,
            last_failure, give_up_time
       from delivery
      where state = 'dead'
        and ($1 = '' or organization_id = $1)
        and ($2::timestamptz is null or (give_up_time, delivery_id) < ($2, $3::uuid))
      order by give_up_time desc, delivery_id desc
      limit $4`,
    [organizationId, after?.time, after?.id, limit],
  );
}
