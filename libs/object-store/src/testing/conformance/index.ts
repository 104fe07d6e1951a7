import { describe } from 'vitest';
import { describeDeletion } from './deletion.js';
import { describeFailing } from './failing.js';
import { describeIdentity } from './identity.js';
import type { Kind } from './kind.js';
import { describeListing } from './listing.js';
import { describeLocks } from './locks.js';
import { describeUploads } from './uploads.js';
import { describeVersions } from './versions.js';

export type { Kind, Locks, Place, StoreOver } from './kind.js';

/** Defines the tests of what every kind of store promises. Whatever a kind has not, it must say that it has not. */
export function describeConformance(kind: Kind): void {
  describe(kind.name, () => {
    describeIdentity(kind);
    describeDeletion(kind);
    describeVersions(kind);
    describeListing(kind);
    describeUploads(kind);
    describeLocks(kind);
    describeFailing(kind);
  });
}
