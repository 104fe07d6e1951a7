import { randomUUID } from 'node:crypto';
import { certificateHash, type CertificateClaims } from '@lethe/certificate';
import type { DeletionRow } from '../deletion/deletion.sql.js';
import type { Judgement } from '../deletion/judge-reports.js';
import { whoOf } from '../deletion/who.js';
import { SERVICE } from '../service.js';
import type { RemainderRow } from './certify-deletion.sql.js';
import { limitsOf } from './limits.js';
import { sanitizationOf } from './sanitization.js';

const READ_BACK =
  'After deletion every page of blocks was read back from every store by listing: no object version, no delete marker and no unfinished upload of any swept block was left.';
const READ_BACK_BY_STORE =
  'After deletion every page of blocks was read back from every store, by the methods named with it: no object version, no delete marker and no unfinished upload of any swept block was left.';

export interface Chain {
  readonly now: Date;
  readonly sequence: number | null;
  readonly jws: string | null;
}

/**
 * What a certificate claims of a deletion that all agree on. Of reports from before there was evidence by store it is one of version
 * 1, as it would have been then.
 */
export function claimsOfDeletion(
  deletion: DeletionRow,
  judgement: Extract<Judgement, { kind: 'agreement' }>,
  own: RemainderRow,
  chain: Chain,
  issuer: string,
): CertificateClaims {
  const { blocks, stores, bytesTotal } = judgement;
  const issueTime = chain.now.toISOString();
  const { requestedBy, grantedBy } = whoOf(deletion);
  const itself = {
    participant: 'workspace-service',
    reportTime: issueTime,
    removed: { ...own },
    blocks: null,
  };
  const shared = {
    certificateId: randomUUID(),
    deletionId: deletion.deletion_id,
    ...(deletion.replay_of === null ? {} : { replayOf: deletion.replay_of }),
    organizationId: deletion.organization_id,
    workspaceId: deletion.workspace_id,
    epoch: deletion.epoch,
    kind: deletion.kind,
    requestedBy,
    deleteTime: deletion.delete_time?.toISOString() ?? null,
    purgeTime: deletion.purge_time?.toISOString() ?? null,
    grantTime: (deletion.grant_time as Date).toISOString(),
    issueTime,
    participants: [...judgement.participants, { ...itself, stores: [] }],
    blocks,
    readBack: stores === undefined ? READ_BACK : READ_BACK_BY_STORE,
    limits: limitsOf(blocks.swept, stores, deletion),
    issuer,
    sequence: (chain.sequence ?? 0) + 1,
    previous: chain.jws === null ? null : certificateHash(chain.jws),
  };
  if (stores === undefined) return { version: 1, ...shared };
  return {
    version: 2,
    ...shared,
    sweepTime: deletion.sweep_time?.toISOString() ?? null,
    grantedBy,
    bytesTotal,
    stores: [...stores],
    exceptions: [],
    service: SERVICE,
    sanitization: sanitizationOf(stores, blocks.swept, judgement.participants),
  };
}
