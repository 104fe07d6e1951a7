import { maybeOne, one, type Queryable } from '@lethe/postgres';
import type { PolicyRow } from '../policy/policy.sql.js';

/** The policy as it stands until this transaction ends: the grant of an orphan, which reads it, comes before or waits. */
export function lockPolicy(tx: Queryable, organizationId: string): Promise<PolicyRow | undefined> {
  return maybeOne<PolicyRow>(tx, `select * from deletion_policy where organization_id = $1 for update`, [
    organizationId,
  ]);
}

/** Each column by name and each from a parameter: nothing is left to a default. */
export function writePolicy(tx: Queryable, policy: PolicyRow): Promise<PolicyRow> {
  return one<PolicyRow>(
    tx,
    `insert into deletion_policy (organization_id, grace_seconds, orphan_delay_seconds, sweep_delay_seconds, sequestered, purge_mode)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (organization_id) do update
        set grace_seconds = excluded.grace_seconds,
            orphan_delay_seconds = excluded.orphan_delay_seconds,
            sweep_delay_seconds = excluded.sweep_delay_seconds,
            sequestered = excluded.sequestered,
            purge_mode = excluded.purge_mode
     returning *`,
    [
      policy.organization_id,
      policy.grace_seconds,
      policy.orphan_delay_seconds,
      policy.sweep_delay_seconds,
      policy.sequestered,
      policy.purge_mode,
    ],
  );
}
