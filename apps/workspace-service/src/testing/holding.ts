import type {
  ListHoldsResponse,
  PlaceHoldRequest,
  PlaceHoldResponse,
  ReleaseHoldRequest,
  ReleaseHoldResponse,
} from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { deleteWorkspace, type DeleteOutcome } from '../delete-workspace/delete-workspace.js';
import { listHoldsRpc } from '../list-holds/list-holds.rpc.js';
import { placeHoldRpc } from '../place-hold/place-hold.rpc.js';
import { releaseHoldRpc } from '../release-hold/release-hold.rpc.js';
import { auditAbout, type Audited } from './audit.sql.js';
import { callerNamed, contextOf } from './stories.js';
import { addOrganization, addUser, addWorkspace } from './world.sql.js';

export const OPERATOR = 'oscar';
const OPERATORS = [OPERATOR, 'olga'];

/** For tests: `org1` with administrators, an `ann` who is none, one who is not validated; and `eve`, who owns another organization. */
export async function addHolders(pool: Pool): Promise<void> {
  await addOrganization(pool, 'org1', {});
  await addOrganization(pool, 'org10', {});
  await addUser(pool, 'org1', 'owner', { orgRole: 255 });
  await addUser(pool, 'org1', 'admin', { orgRole: 254 });
  await addUser(pool, 'org1', 'ann', { orgRole: 2 });
  await addUser(pool, 'org1', 'new', { orgRole: 255, validated: false });
  await addUser(pool, 'org10', 'eve', { orgRole: 255 });
}

const keeper = (by: string) =>
  OPERATORS.includes(by)
    ? { caller: undefined, context: contextOf('operator') }
    : { caller: callerNamed(by), context: contextOf('gateway') };

export interface Holding {
  /** A workspace of org1, of which ann is ADMIN. */
  workspace(): Promise<string>;
  /** By an operator, or by a user. */
  place(by: string, workspaceId: string, order?: Partial<PlaceHoldRequest>): Promise<PlaceHoldResponse>;
  release(by: string, which: Partial<ReleaseHoldRequest>): Promise<ReleaseHoldResponse>;
  list(
    by: string,
    workspaceId: string,
    page?: { pageSize?: number; pageToken?: string },
  ): Promise<ListHoldsResponse>;
  /** By ann. */
  remove(workspaceId: string, etag?: string): Promise<DeleteOutcome>;
  audit(workspaceId: string): Promise<Audited[]>;
}

/** For tests: what is done with holds, by whom, in a database that is there by then. */
export function holdingIn(pool: () => Pool): Holding {
  return {
    workspace: () => addWorkspace(pool(), 'org1', { ann: 'ADMIN' }),
    place: (by, workspaceId, order = {}) => {
      const { caller, context } = keeper(by);
      const placedBy = caller ? '' : by;
      const request = { workspaceId, origin: 'court', reason: 'case 42', placedBy, caller, ...order };
      return placeHoldRpc(pool())(request, context);
    },
    release: (by, which) => {
      const { caller, context } = keeper(by);
      const releasedBy = caller ? '' : by;
      const request = { holdId: '', workspaceId: '', origin: '', releasedBy, caller, ...which };
      return releaseHoldRpc(pool())(request, context);
    },
    list: (by, workspaceId, page = {}) => {
      const { caller, context } = keeper(by);
      return listHoldsRpc(pool())({ caller, workspaceId, pageSize: 0, pageToken: '', ...page }, context);
    },
    remove: (workspaceId, etag = '') =>
      deleteWorkspace(pool(), { caller: callerNamed('ann'), workspaceId, etag }),
    audit: (workspaceId) => auditAbout(pool(), workspaceId),
  };
}
