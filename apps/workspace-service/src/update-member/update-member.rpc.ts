import type { UpdateMemberRequest, UpdateMemberResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { changingMembers } from '../member/changing-members.js';
import { keepAnAdmin, roleOfMember } from '../member/existing-member.js';
import { roleOf } from '../member/role.js';
import { setRole } from './update-member.sql.js';

/** Gives a member another role. The one it has already is no change, and leaves no trace. */
export const updateMemberRpc =
  (pool: Pool) =>
  async (request: UpdateMemberRequest): Promise<UpdateMemberResponse> => {
    const role = roleOf(request);
    await changingMembers(pool, request, async (tx, place) => {
      const former = await roleOfMember(tx, place);
      if (former === role) return undefined;
      if (former === 'ADMIN') await keepAnAdmin(tx, place);
      await setRole(tx, place, role);
      return { action: 'updated', detail: { role, formerRole: former } };
    });
    return {};
  };
