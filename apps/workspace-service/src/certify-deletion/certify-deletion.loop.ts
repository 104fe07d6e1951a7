import type { CertificateKey } from '@lethe/certificate';
import type { Pool } from '@lethe/postgres';
import type { RunResult } from '@lethe/service';
import type { Logger, Metrics } from '@lethe/telemetry';
import type { DeletionRow } from '../deletion/deletion.sql.js';
import { listReported } from './certify-deletion.sql.js';
import { certifyDeletion } from './certify-deletion.js';

export interface Certifier {
  readonly pool: Pool;
  readonly key: () => Promise<CertificateKey>;
  readonly issuer: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const BATCH = 50;

/**
 * Makes it true that what everybody reported and agrees on has its certificate. Looks at all of them: those that contradict or
 * fail stay, and never stand in the way of those behind them.
 */
export async function certifyDeletions(certifier: Certifier): Promise<RunResult> {
  const counts = { found: 0, certified: 0, raced: 0, contradictions: 0, failed: 0 };
  let reported: DeletionRow[];
  let last: DeletionRow | undefined;
  do {
    reported = await listReported(certifier.pool, last, BATCH);
    last = reported.at(-1);
    for (const deletion of reported) {
      counts.found += 1;
      const counted = await certifyOne(certifier, deletion);
      if (counted !== undefined) counts[counted] += 1;
    }
  } while (reported.length === BATCH);
  return { counts };
}

async function certifyOne(
  { pool, key, issuer, logger, metrics }: Certifier,
  deletion: DeletionRow,
): Promise<'certified' | 'raced' | 'contradictions' | 'failed' | undefined> {
  const { workspace_id: workspaceId } = deletion;
  try {
    const outcome = await certifyDeletion(pool, await key(), issuer, deletion);
    switch (outcome.kind) {
      case 'certified':
        logger.info({ workspaceId, certificateId: outcome.certificateId }, 'certified');
        return 'certified';
      case 'raced':
        return 'raced';
      case 'incomplete':
      case 'withheld':
        return undefined;
      case 'contradiction':
        metrics.alarms.inc({ alarm: 'reports_contradict' });
        logger.error({ workspaceId, reason: outcome.reason }, 'reports contradict, no certificate');
        return 'contradictions';
    }
  } catch (error) {
    metrics.alarms.inc({ alarm: 'cannot_certify' });
    logger.error({ err: error, workspaceId }, 'cannot be certified, will be tried again');
    return 'failed';
  }
}
