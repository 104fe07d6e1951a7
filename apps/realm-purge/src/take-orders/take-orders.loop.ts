import type { Authority } from '@lethe/participant';
import type { Pool } from '@lethe/postgres';
import type { RunResult } from '@lethe/service';
import type { Logger, Metrics } from '@lethe/telemetry';
import { followRetries } from '../purge/retry.js';
import { recordGrants } from './record-grants.js';

/** Makes it true that every grant has its order here, whatever became of the event, and its report there. */
export async function takeOpenGrants(deps: {
  readonly pool: Pool;
  readonly authority: Authority;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly ordered: () => void;
}): Promise<RunResult> {
  const { pool, authority, logger, metrics } = deps;
  const counts = { found: 0, ordered: 0, again: 0, anew: 0, rewound: 0, retried: 0 };
  for await (const grants of authority.openGrants()) {
    const recorded = await recordGrants(pool, grants);
    counts.found += grants.length;
    counts.ordered += recorded.ordered;
    counts.again += recorded.again;
    counts.anew += recorded.anew;
    counts.rewound += recorded.rewound;
    counts.retried += await followRetries(pool, grants);
  }
  if (counts.rewound > 0) {
    metrics.alarms.inc({ alarm: 'purge_needs_attention' }, counts.rewound);
    logger.error(counts, 'the authority shows other epochs than the purges under way: they are halted');
  }
  if (counts.ordered + counts.again + counts.anew + counts.retried > 0) deps.ordered();
  return { counts };
}
