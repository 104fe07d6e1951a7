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
import { epochOf, hasNul, uuidOf } from '../requests.js';
import { noGrant } from '../grant/no-grant.js';
import { upsertProgress } from './report-progress.sql.js';

const MAX_CONDITIONS = 50;
const MAX_MESSAGE = 2_000;

export const reportProgressRpc =
  (pool: Pool) =>
  async (request: ReportProgressRequest, { caller }: CallContext): Promise<ReportProgressResponse> => {
    const [progress, conditions] = [checkProgress(request.progress), checkConditions(request.conditions)];
    const workspaceId = uuidOf(request.workspaceId);
    const epoch = epochOf(request);
    const grant = workspaceId && (await findGrant(pool, workspaceId, epoch));
    if (!grant) throw noGrant();
    await upsertProgress(
      pool,
      grant.deletion_id,
      caller,
      DeletionProgress.toJSON(progress),
      conditions.map((condition) => Condition.toJSON({ ...condition, source: caller })),
    );
    return {};
  };

function checkProgress(progress: DeletionProgress | undefined): DeletionProgress {
  if (progress === undefined) throw refusals.invalidArgument('progress must be set');
  const { blocksTotal, bytesTotal, blocksSwept, blocksRetained, blocksBlocked, blocksPerSecond } = progress;
  const counts = [blocksTotal, bytesTotal, blocksSwept, blocksRetained, blocksBlocked, blocksPerSecond];
  if (!counts.every((count) => Number.isFinite(count) && count >= 0))
    throw refusals.invalidArgument('progress must have no negative and no infinite number');
  if (!isTime(progress.estimatedEndTime))
    throw refusals.invalidArgument('progress.estimated_end_time is out of range');
  return progress;
}

function checkConditions(conditions: readonly Condition[]): readonly Condition[] {
  if (conditions.length > MAX_CONDITIONS)
    throw refusals.invalidArgument(`at most ${MAX_CONDITIONS} conditions`);
  for (const { type, message, since, until } of conditions)
    if (type === '' || hasNul(type + message) || type.length > 255 || message.length > MAX_MESSAGE)
      throw refusals.invalidArgument(
        `a condition needs a type, and a message of at most ${MAX_MESSAGE} characters`,
      );
    else if (!isTime(since) || !isTime(until))
      throw refusals.invalidArgument('a time of a condition is out of range');
  return conditions;
}

/** A timestamp beyond what a Date can say arrives as an invalid one. */
const isTime = (time: Date | undefined) => time === undefined || !Number.isNaN(time.getTime());
