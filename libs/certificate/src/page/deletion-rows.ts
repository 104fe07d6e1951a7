import type { CertificateClaims } from '../claims.js';
import type { Row } from './html.js';

type Said = Pick<
  CertificateClaims,
  | 'organizationId'
  | 'workspaceId'
  | 'deletionId'
  | 'epoch'
  | 'replayOf'
  | 'kind'
  | 'requestedBy'
  | 'deleteTime'
  | 'purgeTime'
  | 'grantTime'
> & { readonly grantedBy?: string | undefined; readonly sweepTime?: string | null | undefined };

/** Whose deletion a document is about, and when what became of it. */
export const deletionRows = (said: Said): Row[] => [
  ['Organization', said.organizationId],
  ['Workspace', said.workspaceId],
  ['Deletion', `${said.deletionId}, epoch ${said.epoch}`],
  ['Replays the deletion', said.replayOf],
  ['Kind', said.kind],
  ['Requested by', said.requestedBy],
  ['Deleted', said.deleteTime],
  ['Not purged before', said.purgeTime],
  ['Purge granted', said.grantTime],
  ['Granted by', said.grantedBy],
  ['Blocks deleted from', said.sweepTime],
];
