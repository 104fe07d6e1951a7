import type { SetDeletionPolicyRequest, SetDeletionPolicyResponse } from '@lethe/contracts';
import { unreachable } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import { wirePolicy } from '../policy/policy.js';
import { refusals } from '../refusals.js';
import { callerOf } from '../requests.js';
import { setDeletionPolicy } from './set-deletion-policy.js';
import { wholePolicyOf } from './whole-policy.js';

export const setDeletionPolicyRpc =
  (pool: Pool) =>
  async (request: SetDeletionPolicyRequest): Promise<SetDeletionPolicyResponse> => {
    const outcome = await setDeletionPolicy(pool, callerOf(request), wholePolicyOf(request));
    switch (outcome.kind) {
      case 'set':
        return { policy: wirePolicy(outcome.policy) };
      case 'insufficient_permissions':
        throw refusals.insufficientPermissions('Insufficient permissions to set the deletion policy');
      default:
        return unreachable(outcome);
    }
  };
