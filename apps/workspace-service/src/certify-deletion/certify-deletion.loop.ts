import type { CertificateKey } from '@lethe/certificate';
import type { Pool } from '@lethe/postgres';
import type { RunResult } from '@lethe/service';
import type { Logger, Metrics } from '@lethe/telemetry';
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

/** Makes it true that what everybody reported and agrees on has its certificate. */
export async function certifyDeletions({
  pool,
  key,
  issuer,
  logger,
  metrics,
}: Certifier): Promise<RunResult> {
  const reported = await listReported(pool, BATCH);
  const counts = { found: reported.length, certified: 0, raced: 0, contradictions: 0 };
  for (const deletion of reported) {
    const outcome = await certifyDeletion(pool, await key(), issuer, deletion);
    switch (outcome.kind) {
      case 'certified':
        counts.certified += 1;
        logger.info(
          { workspaceId: deletion.workspace_id, certificateId: outcome.certificateId },
          'certified',
        );
        break;
      case 'raced':
        counts.raced += 1;
        break;
      case 'incomplete':
        break;
      case 'contradiction':
        counts.contradictions += 1;
        metrics.alarms.inc({ alarm: 'reports_contradict' });
        logger.error(
          { workspaceId: deletion.workspace_id, reason: outcome.reason },
          'reports contradict, no certificate',
        );
    }
  }
  return { counts, more: counts.certified > 0 && reported.length === BATCH };
}
