import { status } from '@grpc/grpc-js';
import { RefusalError } from '@lethe/outcome';
import type { PoolClient } from '@lethe/postgres';
import type { Role } from '../workspace/workspace-state.js';
import type { Place } from './changing-members.js';
import { findMember, hasAnotherAdmin } from './member.sql.js';

/** The role of a member. @throws MEMBER_NOT_FOUND */
export async function roleOfMember(tx: PoolClient, place: Place): Promise<Role> {
  const member = await findMember(tx, place);
  if (member === undefined)
    throw new RefusalError({
      code: status.NOT_FOUND,
      reason: 'MEMBER_NOT_FOUND',
      message: 'User not found in workspace',
    });
  return member.role;
}

/**
 * Whoever goes, or is ADMIN no longer, leaves an ADMIN behind who is still a user, to manage the workspace and in the end to delete
 * it. So no removal makes an orphan either. Behind the workspace's lock: of two who go at once the second sees that the first has
 * gone. @throws LAST_ADMIN
 */
export async function keepAnAdmin(tx: PoolClient, place: Place): Promise<void> {
  if (await hasAnotherAdmin(tx, place)) return;
  throw new RefusalError({
    code: status.FAILED_PRECONDITION,
    reason: 'LAST_ADMIN',
    message: 'The workspace would be left without an ADMIN: make somebody else ADMIN first',
  });
}
