import type { BucketTraits } from '@lethe/object-store';

/** Why a store may refuse to delete. What it does not say counts against it: a preview must not promise what it does not know. */
export function reasonsToRefuse({ reachable, versioning, mfaDelete, objectLock }: BucketTraits): string[] {
  return [
    reachable ? [] : ['UNREACHABLE'],
    versioning === 'unknown' ? ['VERSIONING_UNKNOWN'] : [],
    mfaDelete ? ['MFA_DELETE'] : [],
    objectLock === 'unknown' ? ['OBJECT_LOCK_UNKNOWN'] : objectLock ? ['OBJECT_LOCK'] : [],
  ].flat();
}
