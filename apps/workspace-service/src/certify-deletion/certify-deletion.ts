import { randomUUID } from 'node:crypto';
import { certificateHash, type CertificateClaims, type CertificateKey } from '@lethe/certificate';
import { appendEvents } from '@lethe/outbox';
import { transaction, type Pool } from '@lethe/postgres';
import { listParticipantRows, type DeletionRow } from '../deletion/deletion.sql.js';
import { event } from '../event.js';
import {
  countRemainder,
  insertCertificate,
  readChain,
  removeRemainder,
  type RemainderRow,
} from './certify-deletion.sql.js';
import { certificateWithheld, type Withheld } from '../deletion/certificate-withheld.js';
import { lockWorkspace } from '../workspace/workspace.sql.js';
import { judgeReports, type Judgement } from '../deletion/judge-reports.js';

export type CertifyOutcome =
  | { readonly kind: 'certified'; readonly certificateId: string }
  /** Something moved meanwhile; the next run looks again. */
  | { readonly kind: 'raced' }
  | { readonly kind: 'withheld'; readonly because: Withheld }
  | Exclude<Judgement, { readonly kind: 'agreement' }>;

const READ_BACK =
  'After deletion every page of blocks was read back from every store by listing: no object version, no delete marker and no unfinished upload of any swept block was left.';
const LIMITS = [
  'Objects that were uploaded but never registered as blocks, and uploads that ended after the read-back, are outside of what was counted.',
  'Backups of the databases and of the object storage, and copies internal to a storage provider, are outside of what was read back.',
  'The audit keeps ids and times, and the origins and reasons of legal holds that were released.',
  'Retained blocks are shared with a live realm of the organization and stay until it is deleted.',
];
const REPLAY_LIMIT =
  'The deletion was ordered once more over restored backups: the counts are of what they had brought back, not of what was deleted the first time. An object that came back without its block was not seen.';

class Raced extends Error {}

/**
 * Step 10: signs the certificate when all required participants have reported and agree; removes what this service itself kept,
 * the name included, in the transaction that stores the certificate. Signing happens before that transaction; if the
 * organization's chain moved on meanwhile, nothing is stored.
 */
export async function certifyDeletion(
  pool: Pool,
  key: CertificateKey,
  issuer: string,
  deletion: DeletionRow,
): Promise<CertifyOutcome> {
  const because = certificateWithheld(deletion);
  if (because !== undefined) return { kind: 'withheld', because };
  const participants = await listParticipantRows(pool, [deletion.deletion_id]);
  const judgement = judgeReports(participants, deletion);
  if (judgement.kind !== 'agreement') return judgement;

  const chain = await readChain(pool, deletion.organization_id);
  const own = await countRemainder(pool, deletion.workspace_id);
  const claims: CertificateClaims = {
    version: 1,
    certificateId: randomUUID(),
    deletionId: deletion.deletion_id,
    ...(deletion.replay_of === null ? {} : { replayOf: deletion.replay_of }),
    organizationId: deletion.organization_id,
    workspaceId: deletion.workspace_id,
    epoch: deletion.epoch,
    kind: deletion.kind,
    requestedBy: deletion.requested_by,
    deleteTime: deletion.delete_time?.toISOString() ?? null,
    purgeTime: deletion.purge_time?.toISOString() ?? null,
    grantTime: (deletion.grant_time as Date).toISOString(),
    issueTime: chain.now.toISOString(),
    participants: [
      ...judgement.participants,
      {
        participant: 'workspace-service',
        reportTime: chain.now.toISOString(),
        removed: { ...own },
        blocks: null,
        stores: [],
      },
    ],
    blocks: judgement.blocks,
    readBack: READ_BACK,
    limits: deletion.replay_of === null ? LIMITS : [...LIMITS, REPLAY_LIMIT],
    issuer,
    sequence: (chain.sequence ?? 0) + 1,
    previous: chain.jws === null ? null : certificateHash(chain.jws),
  };
  return store(pool, deletion, claims, await key.sign(claims), own, chain.now);
}

async function store(
  pool: Pool,
  deletion: DeletionRow,
  { certificateId, sequence }: CertificateClaims,
  jws: string,
  promised: RemainderRow,
  issueTime: Date,
): Promise<CertifyOutcome> {
  const { deletion_id: deletionId, organization_id: organizationId, workspace_id: workspaceId } = deletion;
  return transaction(pool, async (tx): Promise<CertifyOutcome> => {
    // Before it or after it: an operator's pause waits here, or is seen below.
    await lockWorkspace(tx, organizationId, workspaceId);
    const inserted = await insertCertificate(tx, {
      certificateId,
      deletionId,
      organizationId,
      sequence,
      jws,
      issueTime,
    });
    const removed = inserted ? await removeRemainder(tx, deletionId, workspaceId, issueTime) : undefined;
    if (removed === undefined || !sameRemainder(removed, promised)) throw new Raced();
    await appendEvents(tx, event('workspace.purged', deletion, issueTime, { deletionId, certificateId }));
    return { kind: 'certified', certificateId };
  }).catch((error: unknown): CertifyOutcome => {
    if (error instanceof Raced) return { kind: 'raced' };
    throw error;
  });
}

function sameRemainder(a: RemainderRow, b: RemainderRow): boolean {
  return a.memberships === b.memberships && a.buckets === b.buckets && a.repositories === b.repositories;
}
