import { RealmState, type DescribeRealmsRequest, type DescribeRealmsResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { refusals, uuidOf } from '../requests.js';
import type { RealmStore } from '../store/realm-store.js';

const MAX_REALMS = 1_000;
const STATES = { active: RealmState.ACTIVE, fenced: RealmState.FENCED, purged: RealmState.PURGED } as const;

export const describeRealmsRpc =
  (pool: Pool, store: RealmStore) =>
  async (request: DescribeRealmsRequest): Promise<DescribeRealmsResponse> => {
    if (request.realmIds.length > MAX_REALMS)
      throw refusals.invalidArgument(`at most ${MAX_REALMS} realm_ids`);
    const ids = request.realmIds.map((id) => uuidOf(id, 'realm_ids'));
    const rows = await store.describe(pool, ids);
    return {
      realms: rows.map((row) => ({ ...row, state: STATES[row.state] })),
    };
  };
