import { maybeOne, type Queryable } from '@lethe/postgres';

export interface PolicyRow {
  readonly organization_id: string;
  readonly grace_seconds: number;
  readonly orphan_delay_seconds: number;
  readonly sweep_delay_seconds: number;
  readonly sequestered: boolean;
  readonly purge_mode: 'automatic' | 'manual';
}

export function findPolicy(db: Queryable, organizationId: string): Promise<PolicyRow | undefined> {
  return maybeOne<PolicyRow>(db, `select * from deletion_policy where organization_id = $1`, [
    organizationId,
  ]);
}
