import type { Authority } from '@lethe/participant';
import type { Pool } from '@lethe/postgres';
import { closeRealm } from './close-realm/close-realm.js';
import { countBlocks } from './count-blocks/count-blocks.js';
import { fenceRealm } from './fence-realm/fence-realm.js';
import { granted, unreported } from './purge/granted.js';
import type { Steps } from './purge/step.js';
import { releaseBlocks, type Release } from './release-blocks/release-blocks.js';
import { reportErasure } from './report-erasure/report-erasure.js';
import { shredRealm } from './shred-realm/shred-realm.js';

/** The journey of a purge: which slice moves it on from which state. */
export function createSteps(
  deps: Release & {
    readonly pool: Pool;
    readonly authority: Authority;
    /** Rows of one transaction. */
    readonly shredRows?: number;
    readonly countRows?: number;
  },
): Steps {
  const { pool, store, authority } = deps;
  const release = releaseBlocks(deps);
  const close = closeRealm(pool, store);
  return {
    ordered: fenceRealm(pool, store, authority),
    fenced: granted(deps, shredRealm(pool, store, deps.shredRows)),
    shredded: countBlocks(pool, store, deps.countRows),
    releasing: granted(
      deps,
      unreported(authority, async (purge) => {
        const result = await release(purge);
        return result.kind === 'exhausted' ? close(purge) : result;
      }),
      { releasesBlocks: true },
    ),
    closed: reportErasure(pool, authority),
  };
}
