import type { MayCall } from '@lethe/service';

const WRITER = '/lethe.realm.v1.RealmService/';
const OPERATOR = '/lethe.realm.v1.RealmPurgeService/';

/** What a preview of a deletion counts. */
const GATEWAY = '/lethe.realm.v1.RealmPurgeService/DescribeRealms';

/** What deletes orphan objects must know of blocks, and no more. */
const SWEEPER = ['ListKnownBlocks', 'CondemnBlocks', 'PardonBlocks'].map((method) => OPERATOR + method);

/** The data plane writes realms; operators look at purges. Nobody can order one here: that is the authority's. */
export const mayCall: MayCall = (caller, path) =>
  (caller === 'data-plane' && path.startsWith(WRITER)) ||
  (caller === 'operator' && path.startsWith(OPERATOR)) ||
  (caller === 'gateway' && path === GATEWAY) ||
  (caller === 'blob-sweeper' && SWEEPER.includes(path));
