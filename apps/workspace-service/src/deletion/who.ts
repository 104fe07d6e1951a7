import type { DeletionRow } from './deletion.sql.js';

/** What signed documents say of who asked and who granted: a user by its id; an operator, who has but a name, without it. */
export function whoOf(row: Pick<DeletionRow, 'kind' | 'requested_by' | 'granted_by'>): {
  readonly requestedBy: string;
  readonly grantedBy: 'loop' | 'operator';
} {
  return {
    requestedBy: row.kind === 'orphaned' ? 'operator' : row.requested_by,
    grantedBy: row.granted_by === 'loop' ? 'loop' : 'operator',
  };
}
