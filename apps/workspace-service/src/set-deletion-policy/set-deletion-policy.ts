import type { Caller } from '@lethe/contracts';
import { transaction, type Pool, type PoolClient } from '@lethe/postgres';
import type { Account } from '../account/account.js';
import { appendAudit } from '../audit/audit.sql.js';
import { callingAccount, mayInOrganization } from '../authorization/authorization.js';
import { announceOrphans } from '../orphan/announce-orphans.js';
import { lockOrganization } from '../organization/organization.sql.js';
import type { PolicyRow } from '../policy/policy.sql.js';
import { lockPolicy, writePolicy } from './set-deletion-policy.sql.js';
import type { WholePolicy } from './whole-policy.js';

export type SetPolicyOutcome =
  { readonly kind: 'set'; readonly policy: PolicyRow } | { readonly kind: 'insufficient_permissions' };

/**
 * Sets when the caller's organization purges what it deletes from now on: each deletion there is keeps what was frozen into it.
 * Only orphans, which nothing freezes, follow at once; if it is from now on that they may be purged, subscribers are told of them.
 * Setting the same again changes nothing.
 *
 * @throws USER_NOT_VALIDATED.
 */
export function setDeletionPolicy(pool: Pool, caller: Caller, whole: WholePolicy): Promise<SetPolicyOutcome> {
  return transaction(pool, async (tx) => {
    const asked = await callingAccount(tx, caller, 'setDeletionPolicy');
    if (!mayInOrganization('setDeletionPolicy', asked)) return { kind: 'insufficient_permissions' };
    const { organizationId } = asked;
    await lockOrganization(tx, organizationId); // where there is no policy yet, there is no row of it to lock
    // Revocations take that lock too: who is somebody now stays it.
    const account = await callingAccount(tx, caller, 'setDeletionPolicy');
    if (!mayInOrganization('setDeletionPolicy', account)) return { kind: 'insufficient_permissions' };
    const before = await lockPolicy(tx, organizationId);
    const wanted = { organization_id: organizationId, ...whole };
    if (before !== undefined && isSame(before, wanted)) return { kind: 'set', policy: before };

    const policy = await writePolicy(tx, wanted);
    await audit(tx, account, policy);
    const orphansWereKept = before === undefined || before.sequestered;
    if (orphansWereKept && !policy.sequestered) await announceOrphans(tx, organizationId, undefined);
    return { kind: 'set', policy };
  });
}

const isSame = (a: PolicyRow, b: PolicyRow) =>
  a.grace_seconds === b.grace_seconds &&
  a.orphan_delay_seconds === b.orphan_delay_seconds &&
  a.sweep_delay_seconds === b.sweep_delay_seconds &&
  a.sequestered === b.sequestered &&
  a.purge_mode === b.purge_mode;

const audit = (tx: PoolClient, { organizationId, userId }: Account, policy: PolicyRow) =>
  appendAudit(tx, {
    organizationId,
    ...{ context: 'organizationSettings', contextId: organizationId, action: 'updated' },
    by: { userId },
    detail: {
      change: 'deletion_policy',
      graceSeconds: policy.grace_seconds,
      orphanDelaySeconds: policy.orphan_delay_seconds,
      sweepDelaySeconds: policy.sweep_delay_seconds,
      sequestered: policy.sequestered,
      purgeMode: policy.purge_mode,
    },
  });
