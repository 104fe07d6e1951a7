import { status } from '@grpc/grpc-js';
import {
  ErasureEvidence,
  isCanonicalUuid,
  type BlockEvidence,
  type ReportErasureRequest,
  type ReportErasureResponse,
} from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';
import { storeTrouble } from '../deletion/judge-stores.js';
import { findGrant } from '../grant/find-grants.sql.js';
import { noGrant } from '../grant/no-grant.js';
import { refusals } from '../refusals.js';
import { epochOf, hasNul, uuidOf } from '../requests.js';
import { isRequired, recordEvidence } from './report-erasure.sql.js';

const ROOT_BYTES = 32;
const MAX_KINDS = 100;

/** Step 10. `afterwards` rings the certifier's doorbell. */
export const reportErasureRpc =
  (pool: Pool, afterwards: () => void) =>
  async (request: ReportErasureRequest, { caller }: CallContext): Promise<ReportErasureResponse> => {
    const evidence = checked(request.evidence);
    const workspaceId = uuidOf(request.workspaceId);
    const epoch = epochOf(request);
    const grant = workspaceId && (await findGrant(pool, workspaceId, epoch));
    if (!grant) throw noGrant();
    const recorded = await recordEvidence(pool, grant.deletion_id, caller, ErasureEvidence.toJSON(evidence));
    if (recorded === undefined)
      throw (await isRequired(pool, grant.deletion_id, caller)) ? noBlocks() : noGrant();
    if (!recorded.same)
      throw new RefusalError({
        code: status.FAILED_PRECONDITION,
        reason: 'EVIDENCE_CHANGED',
        message: `${caller} has reported other evidence for this grant before; the first report stands`,
      });
    afterwards();
    return {};
  };

const noBlocks = () =>
  refusals.invalidArgument(
    'evidence.blocks must be set: the grant requires this participant to count blocks',
  );

/** What could never become a certificate is refused here, where it can still be corrected: a recorded report stands. */
function checked(evidence: ErasureEvidence | undefined): ErasureEvidence {
  if (evidence === undefined) throw refusals.invalidArgument('evidence must be set');
  const { removed, blocks } = evidence;
  const kinds = Object.keys(removed);
  if (
    kinds.length > MAX_KINDS ||
    kinds.some((kind) => !isLabel(kind)) ||
    Object.values(removed).some(isNegative)
  )
    throw refusals.invalidArgument(`removed must have at most ${MAX_KINDS} kinds, none negative`);
  if (blocks !== undefined) {
    const { pages, blocksTotal, blocksSwept, blocksRetained, root, stores } = blocks;
    if ([pages, blocksTotal, blocksSwept, blocksRetained].some(isNegative))
      throw refusals.invalidArgument('block counts must not be negative');
    if (blocksSwept + blocksRetained !== blocksTotal)
      throw refusals.invalidArgument('blocks.blocks_swept and blocks_retained must add up to blocks_total');
    if (root.length !== ROOT_BYTES)
      throw refusals.invalidArgument(`blocks.root must have ${ROOT_BYTES} bytes`);
    if (stores.length > MAX_KINDS || stores.some((store) => !isLabel(store)))
      throw refusals.invalidArgument(`blocks.stores must be at most ${MAX_KINDS} names`);
    checkStores(blocks);
  }
  return evidence;
}

/** Whoever names stores says of each what it held, or it is told so before the report stands. */
function checkStores(blocks: BlockEvidence): void {
  const { byStore, bytesTotal } = blocks;
  for (const { store, storeId, kind, readBack, ...counts } of byStore)
    if (
      ![store, kind, ...readBack].every(isLabel) ||
      readBack.length > MAX_KINDS ||
      !isCanonicalUuid(storeId) ||
      Object.values(counts).some(isNegative)
    )
      throw refusals.invalidArgument('blocks.by_store must have names, ids and counts');
  if (isNegative(bytesTotal)) throw refusals.invalidArgument('blocks.bytes_total must not be negative');
  const trouble = storeTrouble(blocks);
  if (trouble !== undefined) throw refusals.invalidArgument(`blocks.by_store: the report ${trouble}`);
}

const isNegative = (count: number) => count < 0;
const isLabel = (text: string) => text !== '' && text.length <= 255 && !hasNul(text);
