import { WorkspaceState, type Member, type Workspace } from '@lethe/contracts';
import { unreachable } from '@lethe/outcome';
import { z } from 'zod';
import { toWireTime, wireTime } from '../http/wire-time.js';
import { toRole, workspaceRole } from './role.js';

export const member = z
  .object({
    userId: z.string(),
    role: workspaceRole,
    user: z.object({
      id: z.string(),
      name: z.string(),
      lastName: z.string(),
      email: z.string(),
      orgRole: z.int().describe('USER 0, BILLING 1, WORKSPACES 2, ADMINISTRATORS 254, OWNER 255'),
    }),
  })
  .meta({ id: 'Member' });

const workspaceState = z.enum(['active', 'deleted', 'purging', 'purged']);

/** `{id, name, orgId}`, as the answers to a change give it. */
export const briefWorkspace = z
  .object({ id: z.string(), name: z.string(), orgId: z.string() })
  .meta({ id: 'BriefWorkspace' });

/** With its members, and what is ours: state, etag, and the times of its deletion. */
export const fullWorkspace = z
  .object({
    id: z.string(),
    name: z.string(),
    orgId: z.string(),
    users: z.array(member),
    state: workspaceState,
    etag: z.string().describe('For If-Match'),
    default: z.boolean().describe('The default workspace of its organization, which cannot be deleted'),
    deleteTime: wireTime.optional(),
    deletedAt: wireTime.optional().describe('The same as deleteTime'),
    purgeTime: wireTime.optional().describe('Not purged before'),
  })
  .meta({ id: 'Workspace' });

export function toBriefWorkspace(workspace: Workspace | undefined): z.output<typeof briefWorkspace> {
  const { workspaceId, name, organizationId } = required(workspace);
  return { id: workspaceId, name, orgId: organizationId };
}

export function toFullWorkspace(workspace: Workspace | undefined): z.output<typeof fullWorkspace> {
  const given = required(workspace);
  return {
    ...toBriefWorkspace(given),
    users: given.members.map(toMember),
    state: toState(given.state),
    etag: given.etag,
    default: given.isDefault,
    deleteTime: toWireTime(given.deleteTime),
    deletedAt: toWireTime(given.deleteTime),
    purgeTime: toWireTime(given.purgeTime),
  };
}

function required(workspace: Workspace | undefined): Workspace {
  if (workspace === undefined) throw new TypeError('workspace-service answered without a workspace');
  return workspace;
}

export function toMember({ userId, role, user }: Member): z.output<typeof member> {
  const { name = '', lastName = '', email = '', orgRole = 0 } = user ?? {};
  return { userId, role: toRole(role), user: { id: userId, name, lastName, email, orgRole } };
}

function toState(state: WorkspaceState): z.output<typeof workspaceState> {
  switch (state) {
    case WorkspaceState.ACTIVE:
      return 'active';
    case WorkspaceState.DELETED:
      return 'deleted';
    case WorkspaceState.PURGING:
      return 'purging';
    case WorkspaceState.PURGED:
      return 'purged';
    case WorkspaceState.UNSPECIFIED:
    case WorkspaceState.UNRECOGNIZED:
      throw new TypeError('workspace-service answered a state that the contract does not know');
    default:
      return unreachable(state);
  }
}
