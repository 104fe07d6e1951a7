import type { Authority } from '@lethe/participant';
import type { Pool } from '@lethe/postgres';
import type { RunResult } from '@lethe/service';
import type { Logger, Metrics } from '@lethe/telemetry';
import { listReported, type ReportedRow } from './check-authority.sql.js';

const FIRST = '00000000-0000-0000-0000-000000000000';
const BATCH = 200;
const REMEMBERED = 10_000;

/**
 * Makes it seen when the authority has forgotten a purge that is over here: its database was set back to before the grant, and it
 * may show as alive what was destroyed. Such a realm stays purged, which is the halt; a person has to look. Purges under way are
 * looked after by their own steps. A run asks about a bounded number of them, and the next goes on behind it, round and round.
 *
 * The alarm `authority_rewound` counts each of them in every round, the log names it once until it changes.
 */
export function authorityChecker(deps: {
  readonly pool: Pool;
  readonly authority: Authority;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly batch?: number;
}): (signal: AbortSignal) => Promise<RunResult> {
  const { pool, authority, logger, metrics, batch = BATCH } = deps;
  const named = new Map<string, number>();
  let after = FIRST;

  const name = ({ realm_id: realmId, epoch }: ReportedRow) => {
    if (named.get(realmId) === epoch) return;
    logger.error(
      { realmId, epoch },
      'the authority shows no grant of a purge that is over: it has been rewound',
    );
    // Beyond so many, the oldest may be named again.
    if (named.size >= REMEMBERED) named.delete(named.keys().next().value as string);
    named.set(realmId, epoch);
  };

  return async (signal) => {
    const counts = { found: 0, rewound: 0 };
    const purges = await listReported(pool, after, batch);
    for (const purge of purges) {
      if (signal.aborted) return { counts };
      const grant = await authority.grant(purge.realm_id, purge.epoch);
      counts.found += 1;
      after = purge.realm_id;
      if (grant?.organizationId === purge.organization_id) {
        named.delete(purge.realm_id);
        continue;
      }
      counts.rewound += 1;
      metrics.alarms.inc({ alarm: 'authority_rewound' });
      name(purge);
    }
    if (purges.length < batch) after = FIRST;
    return { counts };
  };
}
