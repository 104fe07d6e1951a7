import {
  Condition,
  DeletionProgress,
  type ReportProgressRequest,
  type ReportProgressResponse,
} from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';
import { findGrant } from '../grant/find-grants.sql.js';
import { refusals } from '../refusals.js';
import { epochOf, uuidOf } from '../requests.js';
import { noGrant } from '../grant/no-grant.js';
import { upsertProgress } from './report-progress.sql.js';

const MAX_CONDITIONS = 50;

export const reportProgressRpc =
  (pool: Pool) =>
  async (request: ReportProgressRequest, { caller }: CallContext): Promise<ReportProgressResponse> => {
    const workspaceId = uuidOf(request.workspaceId);
    const grant = workspaceId && (await findGrant(pool, workspaceId, epochOf(request)));
    if (!grant) throw noGrant();
    if (request.progress === undefined) throw refusals.invalidArgument('progress must be set');
    if (request.conditions.length > MAX_CONDITIONS)
      throw refusals.invalidArgument(`at most ${MAX_CONDITIONS} conditions`);
    await upsertProgress(
      pool,
      grant.deletion_id,
      caller,
      DeletionProgress.toJSON(request.progress),
      request.conditions.map((condition) => Condition.toJSON({ ...condition, source: caller })),
    );
    return {};
  };
