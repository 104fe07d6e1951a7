import {
  PurgeAuthorityServiceClient,
  type Condition,
  type DeletionProgress,
  type ErasureEvidence,
  type Grant,
} from '@lethe/contracts';
import { refusalOf } from '@lethe/outcome';
import { createGrpcCaller } from '@lethe/service';

/** The authority over purges as a participant sees it: ask before you touch anything, report when nothing is left. */
export interface Authority {
  /**
   * The grant of exactly this epoch, or undefined: then nothing may be touched. Rejects while the authority is away, which means
   * the same. A positive answer is kept for a moment, since a grant never changes; but its authority can be set back by a backup.
   */
  grant(workspaceId: string, epoch: number): Promise<Grant | undefined>;
  /** Every grant this participant has not reported on: what it would know if no event had been lost. Bounded pages. */
  openGrants(): AsyncIterable<Grant[]>;
  /** Idempotent. `refused` when the authority holds other evidence of ours, cannot believe this one, or has no such grant: a person has to look. */
  reportErasure(workspaceId: string, epoch: number, evidence: ErasureEvidence): Promise<ErasureReported>;
  reportProgress(
    workspaceId: string,
    epoch: number,
    progress: DeletionProgress,
    conditions: Condition[],
  ): Promise<void>;
  close(): void;
}

export type ErasureReported =
  | { readonly kind: 'reported' }
  | { readonly kind: 'refused'; readonly reason: string; readonly message: string };

const KEPT_GRANTS = 10_000;
const PAGE = 100;
/** Of a report: saying the same again would not help. */
const REFUSALS = new Set(['EVIDENCE_CHANGED', 'NO_GRANT', 'INVALID_ARGUMENT']);

export interface AuthorityOptions {
  /** How long a grant is believed without asking again; an authority that was rewound is noticed this late. */
  readonly keepMs?: number;
}

export function createAuthority(
  address: string,
  token: string,
  { keepMs = 5_000 }: AuthorityOptions = {},
): Authority {
  const caller = createGrpcCaller(PurgeAuthorityServiceClient, address, token);
  const kept = new Map<string, { readonly grant: Grant; readonly until: number }>();

  function keep(key: string, grant: Grant): void {
    if (kept.size >= KEPT_GRANTS) kept.delete(kept.keys().next().value as string);
    kept.delete(key);
    kept.set(key, { grant, until: performance.now() + keepMs });
  }

  return {
    async grant(workspaceId, epoch) {
      const key = `${workspaceId}/${epoch}`;
      const known = kept.get(key);
      if (known && performance.now() < known.until) return known.grant;
      try {
        const { grant } = await caller.unary((client) => client.getGrant, { workspaceId, epoch });
        if (grant?.workspaceId !== workspaceId || grant.epoch !== epoch) return undefined;
        keep(key, grant);
        return grant;
      } catch (error) {
        if (refusalOf(error)?.reason === 'NO_GRANT') return undefined;
        throw error;
      }
    },
    async *openGrants() {
      let pageToken = '';
      do {
        const page = await caller.unary((client) => client.listOpenGrants, { pageSize: PAGE, pageToken });
        if (page.grants.length > 0) yield page.grants;
        pageToken = page.nextPageToken;
      } while (pageToken !== '');
    },
    async reportErasure(workspaceId, epoch, evidence) {
      try {
        await caller.unary((client) => client.reportErasure, { workspaceId, epoch, evidence });
        return { kind: 'reported' };
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal === undefined || !REFUSALS.has(refusal.reason)) throw error;
        return { kind: 'refused', reason: refusal.reason, message: refusal.message };
      }
    },
    async reportProgress(workspaceId, epoch, progress, conditions) {
      await caller.unary((client) => client.reportProgress, { workspaceId, epoch, progress, conditions });
    },
    close: () => {
      caller.close();
    },
  };
}
