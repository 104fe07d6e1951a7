import { DeletionKind, DeletionState } from '@lethe/contracts';

/** The words for kinds and states, in pages and in JSON. What this version does not know is named so. */
export function kindName(kind: DeletionKind): string {
  switch (kind) {
    case DeletionKind.DELETION_PLANNED:
      return 'deletion_planned';
    case DeletionKind.ORPHANED:
      return 'orphaned';
    // Also a number that no name is known of.
    case DeletionKind.UNSPECIFIED:
    case DeletionKind.UNRECOGNIZED:
    default:
      return 'unknown';
  }
}

export function stateName(state: DeletionState): string {
  switch (state) {
    case DeletionState.SCHEDULED:
      return 'scheduled';
    case DeletionState.RESTORED:
      return 'restored';
    case DeletionState.PURGING:
      return 'purging';
    case DeletionState.PURGED:
      return 'purged';
    case DeletionState.SUPERSEDED:
      return 'superseded';
    // Also a number that no name is known of.
    case DeletionState.UNSPECIFIED:
    case DeletionState.UNRECOGNIZED:
    default:
      return 'unknown';
  }
}
