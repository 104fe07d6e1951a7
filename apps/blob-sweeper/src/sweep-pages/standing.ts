import type { Grant } from '@lethe/contracts';
import type { Authority } from '@lethe/participant';

/** Whose page it is, as its message says. */
export interface PageOwner {
  readonly organizationId: string;
  readonly realmId: string;
  readonly epoch: number;
}

/** What the authority says to sweeping a page now. */
export type Standing =
  | { readonly kind: 'granted'; readonly grant: Grant }
  /** An operator holds the purge, or its blocks, or they are not due: nothing of it is deleted until that ends. */
  | { readonly kind: 'held'; readonly reason: string }
  /** Never to be swept. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Asks the authority. Rejects while it is away: then nothing may be deleted either. */
export async function standingOf(
  authority: Pick<Authority, 'grant'>,
  { organizationId, realmId, epoch }: PageOwner,
): Promise<Standing> {
  const grant = await authority.grant(realmId, epoch);
  if (grant === undefined) return { kind: 'refused', reason: 'no grant stands behind this page' };
  if (grant.organizationId !== organizationId)
    return { kind: 'refused', reason: 'the page names another organization than the grant' };
  if (grant.paused) return { kind: 'held', reason: 'the purge is paused' };
  if (grant.blocksKept) return { kind: 'held', reason: 'the blocks of the purge are kept' };
  // By the authority's clock alone: whoever released the page early, or the time that the grant names, opens nothing.
  if (!grant.blocksDue)
    return {
      kind: 'held',
      reason: `the blocks of the purge are not due until ${grant.sweepTime?.toISOString() ?? 'a time that is not known'}`,
    };
  return { kind: 'granted', grant };
}
