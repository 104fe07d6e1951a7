import { status } from '@grpc/grpc-js';
import type { AddMemberRequest, AddMemberResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import { changingMembers } from '../member/changing-members.js';
import { roleOf } from '../member/role.js';
import { insertMember, lockTargetUser } from './add-member.sql.js';

export const addMemberRpc =
  (pool: Pool) =>
  async (request: AddMemberRequest): Promise<AddMemberResponse> => {
    const role = roleOf(request);
    await changingMembers(pool, request, async (tx, place) => {
      if (!(await lockTargetUser(tx, place)))
        throw new RefusalError({
          code: status.NOT_FOUND,
          reason: 'TARGET_USER_NOT_FOUND',
          message: 'Target user not found',
        });
      if (!(await insertMember(tx, place, role)))
        throw new RefusalError({
          code: status.ALREADY_EXISTS,
          reason: 'USER_ALREADY_MEMBER',
          message: 'This user is a member of the workspace already',
        });
      return { action: 'created', detail: { role } };
    });
    return {};
  };
