import {
  PurgeMode,
  SetDeletionPolicyRequest,
  type DeletionPolicy,
  type GetDeletionPolicyResponse,
  type SetDeletionPolicyResponse,
} from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { getDeletionPolicyRpc } from '../get-deletion-policy/get-deletion-policy.rpc.js';
import { setDeletionPolicyRpc } from '../set-deletion-policy/set-deletion-policy.rpc.js';
import { callerNamed } from './stories.js';
import { addOrganization, addUser } from './world.sql.js';

/** For tests: a policy that leaves nothing out. */
export const WHOLE: DeletionPolicy = {
  graceSeconds: 3600,
  orphanDelaySeconds: 60,
  sweepDelaySeconds: 0,
  sequestered: false,
  purgeMode: PurgeMode.AUTOMATIC,
};

export interface Policies {
  /** Without a policy: with its OWNER, and an `ann` who is no administrator. */
  organization(): Promise<{ readonly id: string; readonly owner: string; readonly ann: string }>;
  get(user: string): Promise<GetDeletionPolicyResponse>;
  /** Over the wire, as it comes: what was not set is not there. */
  set(user: string, policy: DeletionPolicy | undefined): Promise<SetDeletionPolicyResponse>;
}

/** For tests: what is done with policies, in a database that is there by then. */
export function policiesIn(pool: () => Pool): Policies {
  let organizations = 0;
  return {
    async organization() {
      const id = `org${++organizations}`;
      const [owner, ann] = [`${id}-owner`, `${id}-ann`];
      await addOrganization(pool(), id);
      await addUser(pool(), id, owner, { orgRole: 255 });
      await addUser(pool(), id, ann, { orgRole: 2 });
      return { id, owner, ann };
    },
    get: (user) => getDeletionPolicyRpc(pool())({ caller: callerNamed(user) }),
    set: async (user, policy) => {
      const sent = SetDeletionPolicyRequest.encode({ caller: callerNamed(user), policy }).finish();
      return setDeletionPolicyRpc(pool())(SetDeletionPolicyRequest.decode(sent));
    },
  };
}
