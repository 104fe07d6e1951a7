import { status } from '@grpc/grpc-js';
import type { GetDeletionPolicyRequest, GetDeletionPolicyResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import { callingAccount, mayInOrganization } from '../authorization/authorization.js';
import { wirePolicy } from '../policy/policy.js';
import { findPolicy } from '../policy/policy.sql.js';
import { refusals } from '../refusals.js';
import { callerOf } from '../requests.js';

/** What a deletion would freeze today: what earlier ones froze stays with them. */
export const getDeletionPolicyRpc =
  (pool: Pool) =>
  async (request: GetDeletionPolicyRequest): Promise<GetDeletionPolicyResponse> => {
    const account = await callingAccount(pool, callerOf(request), 'readDeletionPolicy');
    if (!mayInOrganization('readDeletionPolicy', account))
      throw refusals.insufficientPermissions('Insufficient permissions to read the deletion policy');
    const policy = await findPolicy(pool, account.organizationId);
    if (policy === undefined)
      throw new RefusalError({
        code: status.NOT_FOUND,
        reason: 'DELETION_POLICY_NOT_FOUND',
        message: 'The organization has no deletion policy: what it deletes is never purged',
      });
    return { policy: wirePolicy(policy) };
  };
