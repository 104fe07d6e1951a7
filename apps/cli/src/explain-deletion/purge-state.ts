import { PurgeState } from '@lethe/contracts';

/** The word for a purge's state; what this version does not know is named so. */
export function purgeStateName(state: PurgeState): string {
  switch (state) {
    case PurgeState.ORDERED:
      return 'ordered';
    case PurgeState.FENCED:
      return 'fenced';
    case PurgeState.SHREDDED:
      return 'shredded';
    case PurgeState.RELEASING:
      return 'releasing';
    case PurgeState.CLOSED:
      return 'closed';
    // Also a number that no name is known of.
    case PurgeState.UNSPECIFIED:
    case PurgeState.UNRECOGNIZED:
    default:
      return 'unknown';
  }
}
