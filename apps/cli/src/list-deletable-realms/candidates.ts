import { DeletionKind, type DeletionCandidate, type PurgeAuthorityServiceClient } from '@lethe/contracts';
import type { GrpcCaller } from '@lethe/service';
import { PAGE_SIZE, pages } from '../connection/pages.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';

/** What could be purged now, of both kinds. A realm that is due and orphaned is there twice, once for each kind. */
export interface Candidate {
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly kind: 'deletion_planned' | 'orphaned';
  readonly since: Date;
}

/** Every candidate of one organization, or of all (undefined), through to the last page. */
export async function listCandidates(
  caller: GrpcCaller<PurgeAuthorityServiceClient>,
  organizationId: string | undefined,
): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  const list = (pageToken: string) =>
    caller.unary((client) => client.listDeletable, {
      organizationId: organizationId ?? '',
      pageSize: PAGE_SIZE,
      pageToken,
    });
  for await (const page of pages(list)) candidates.push(...page.candidates.map(known));
  return candidates;
}

const KINDS = new Map<DeletionKind, Candidate['kind']>([
  [DeletionKind.DELETION_PLANNED, 'deletion_planned'],
  [DeletionKind.ORPHANED, 'orphaned'],
]);

/** Fails on what this version cannot name: an operator decides by this list what to destroy. */
function known({ organizationId, workspaceId, kind, since }: DeletionCandidate): Candidate {
  const name = KINDS.get(kind);
  if (name === undefined || since === undefined)
    throw new Failure(
      EXIT.unexpected,
      'the workspace service lists a kind of candidate that this lethe does not know: use the lethe of its version',
    );
  return { organizationId, workspaceId, kind: name, since };
}
