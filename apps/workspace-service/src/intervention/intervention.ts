import { transaction, type Pool, type PoolClient } from '@lethe/postgres';
import { appendAudit } from '../audit/audit.sql.js';
import type { AuditEntry } from '../audit/audit.js';
import {
  listParticipantRows,
  readClock,
  type DeletionRow,
  type ParticipantRow,
} from '../deletion/deletion.sql.js';
import { lockWorkspace, organizationOf } from '../workspace/workspace.sql.js';
import { grantUnderWay } from './intervention.sql.js';

export interface InterventionOrder {
  /** Undefined: malformed, so that nothing has it. */
  readonly workspaceId: string | undefined;
  readonly operator: string;
}

/** What an order changed, and what the audit says of it. Undefined: it was so already. */
export type Changed =
  { readonly deletion: DeletionRow; readonly detail: NonNullable<AuditEntry['detail']> } | undefined;

export type InterventionOutcome =
  | {
      readonly kind: 'done';
      readonly deletion: DeletionRow;
      readonly participants: ParticipantRow[];
      /** By the database's clock. */
      readonly now: Date;
    }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'not_purging' }
  | { readonly kind: 'blocks_not_kept' };

/**
 * What an operator orders of a granted purge. Behind the workspace's lock, so that it comes before the certificate and is seen by
 * it, or finds that nothing is being purged any more; with its entry in the audit, or not at all.
 *
 * @param act changes the deletion it is given, answers that it was so already, or refuses.
 */
export function intervene(
  pool: Pool,
  { workspaceId, operator }: InterventionOrder,
  act: (tx: PoolClient, deletion: DeletionRow) => Promise<Changed | 'blocks_not_kept'>,
): Promise<InterventionOutcome> {
  return transaction(pool, async (tx): Promise<InterventionOutcome> => {
    const organizationId = workspaceId && (await organizationOf(tx, workspaceId))?.organization_id;
    if (!workspaceId || !organizationId || !(await lockWorkspace(tx, organizationId, workspaceId)))
      return { kind: 'not_found' };
    const before = await grantUnderWay(tx, organizationId, workspaceId);
    if (before === undefined) return { kind: 'not_purging' };

    const changed = await act(tx, before);
    if (changed === 'blocks_not_kept') return { kind: changed };
    if (changed !== undefined)
      await appendAudit(tx, {
        ...{ organizationId, workspaceId, context: 'workspace', contextId: workspaceId, action: 'updated' },
        by: { operator },
        detail: changed.detail,
      });
    const deletion = changed?.deletion ?? before;
    const participants = await listParticipantRows(tx, [deletion.deletion_id]);
    return { kind: 'done', deletion, participants, now: await readClock(tx) };
  });
}
