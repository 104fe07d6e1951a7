import type { CertificateClaims, CertificateKey } from '@lethe/certificate';
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
import { claimsOfDeletion } from './claims-of-deletion.js';
import { certificateWithheld, type Withheld } from '../deletion/certificate-withheld.js';
import { lockWorkspace } from '../workspace/workspace.sql.js';
import { judgeReports, type Judgement } from '../deletion/judge-reports.js';

export type CertifyOutcome =
  | { readonly kind: 'certified'; readonly certificateId: string }
  /** Something moved meanwhile; the next run looks again. */
  | { readonly kind: 'raced' }
  | { readonly kind: 'withheld'; readonly because: Withheld }
  | Exclude<Judgement, { readonly kind: 'agreement' }>;

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
  const claims = claimsOfDeletion(deletion, judgement, own, chain, issuer);
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
