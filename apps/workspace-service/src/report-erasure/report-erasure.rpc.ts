import { status } from '@grpc/grpc-js';
import { ErasureEvidence, type ReportErasureRequest, type ReportErasureResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';
import { findGrant } from '../grant/find-grants.sql.js';
import { noGrant } from '../grant/no-grant.js';
import { refusals } from '../refusals.js';
import { epochOf, uuidOf } from '../requests.js';
import { recordEvidence } from './report-erasure.sql.js';

const ROOT_BYTES = 32;
const MAX_KINDS = 100;

/** Step 10. `afterwards` rings the certifier's doorbell. */
export const reportErasureRpc =
  (pool: Pool, afterwards: () => void) =>
  async (request: ReportErasureRequest, { caller }: CallContext): Promise<ReportErasureResponse> => {
    const evidence = checked(request.evidence);
    const workspaceId = uuidOf(request.workspaceId);
    const grant = workspaceId && (await findGrant(pool, workspaceId, epochOf(request)));
    if (!grant) throw noGrant();
    const recorded = await recordEvidence(pool, grant.deletion_id, caller, ErasureEvidence.toJSON(evidence));
    if (recorded === undefined) throw noGrant();
    if (!recorded.same)
      throw new RefusalError({
        code: status.FAILED_PRECONDITION,
        reason: 'EVIDENCE_CHANGED',
        message: `${caller} has reported other evidence for this grant before; the first report stands`,
      });
    afterwards();
    return {};
  };

function checked(evidence: ErasureEvidence | undefined): ErasureEvidence {
  if (evidence === undefined) throw refusals.invalidArgument('evidence must be set');
  const { removed, blocks } = evidence;
  const counts = Object.values(removed);
  if (counts.length > MAX_KINDS || counts.some((count) => count < 0))
    throw refusals.invalidArgument(`removed must have at most ${MAX_KINDS} kinds, none negative`);
  if (blocks !== undefined) {
    const { pages, blocksTotal, blocksSwept, blocksRetained, root } = blocks;
    if ([pages, blocksTotal, blocksSwept, blocksRetained].some((count) => count < 0))
      throw refusals.invalidArgument('block counts must not be negative');
    if (root.length !== ROOT_BYTES)
      throw refusals.invalidArgument(`blocks.root must have ${ROOT_BYTES} bytes`);
  }
  return evidence;
}
