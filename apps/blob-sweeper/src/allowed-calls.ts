import type { MayCall } from '@lethe/service';

const SWEEPER = '/lethe.blob.v1.BlobSweeperService/';
/** What a preview of a deletion warns of. */
const GATEWAY = `${SWEEPER}ProbeStores`;

/** Operators look at the ledger and the stores. */
export const mayCall: MayCall = (caller, path) =>
  (caller === 'operator' && path.startsWith(SWEEPER)) || (caller === 'gateway' && path === GATEWAY);
