import type { CertificateKey } from '@lethe/certificate';
import type { ReportProgressRequest } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { createLogger, createMetrics } from '@lethe/telemetry';
import { certifyDeletions } from '../certify-deletion/certify-deletion.loop.js';
import { reportProgressRpc } from '../report-progress/report-progress.rpc.js';
import { contextOf } from './stories.js';
import { claimsOfStatement } from '../get-statement/claims-of-statement.js';
import type { StatementClaims } from '@lethe/certificate';
import { ROW, participant } from './purge-facts.js';

/** For tests: what a statement says of a purge that has just begun. */
export const statementOf = (): StatementClaims =>
  claimsOfStatement(
    { row: { ...ROW, deletion_id: ID, workspace_id: ID }, participants: [participant('realm-purge')] },
    { progress: undefined, conditions: [] },
    new Date(0),
  );

const ID = '0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d02';

export const reportProgress = (pool: Pool, participant: string, request: ReportProgressRequest) =>
  reportProgressRpc(pool)(request, contextOf(participant));

export const certifyAll = (pool: Pool, key: CertificateKey) =>
  certifyDeletions({
    ...{ pool, key: () => Promise.resolve(key), issuer: 'lethe' },
    ...{ logger: createLogger('test', 'silent'), metrics: createMetrics('test') },
  });
