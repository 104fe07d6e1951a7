import type { RemoveMemberRequest, RemoveMemberResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { changingMembers } from '../member/changing-members.js';
import { keepAnAdmin, roleOfMember } from '../member/existing-member.js';
import { deleteMember } from './remove-member.sql.js';

export const removeMemberRpc =
  (pool: Pool) =>
  async (request: RemoveMemberRequest): Promise<RemoveMemberResponse> => {
    await changingMembers(pool, request, async (tx, place) => {
      const role = await roleOfMember(tx, place);
      await keepAnAdmin(tx, place);
      await deleteMember(tx, place);
      return { action: 'deleted', detail: { role } };
    });
    return {};
  };
