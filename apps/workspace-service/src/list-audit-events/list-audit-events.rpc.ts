import {
  AuditAction,
  AuditContext,
  type AuditEvent,
  type ListAuditEventsRequest,
  type ListAuditEventsResponse,
} from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { callingAccount, mayInOrganization } from '../authorization/authorization.js';
import { refusals } from '../refusals.js';
import { callerOf, pageSizeOf, pageToken, pageTokenOf, tokenPart } from '../requests.js';
import { auditFilterOf, WIRE_ACTION, WIRE_CONTEXT } from './audit-filter.js';
import { countAuditEvents, listAuditEvents, type AuditPage, type AuditRow } from './list-audit-events.sql.js';

/** Further back only by page token or by time: what is passed over is read all the same. */
const MAX_SKIP = 10_000;
const MAX_COUNT = 10_000;

/** The audit, newest first: of the whole organization to those who may see it, to others what they did themselves. */
export const listAuditEventsRpc =
  (pool: Pool) =>
  async (request: ListAuditEventsRequest): Promise<ListAuditEventsResponse> => {
    const page = pageOf(request);
    const account = await callingAccount(pool, callerOf(request), 'readOwnAudit');
    if (!mayInOrganization('readOwnAudit', account))
      throw refusals.insufficientPermissions('Insufficient permissions to read the audit');
    const filter = auditFilterOf(request, account);
    if (filter === undefined) return { events: [], nextPageToken: '', totalSize: 0 };
    const [rows, totalSize] = await Promise.all([
      listAuditEvents(pool, filter, { ...page, limit: page.limit + 1 }),
      countAuditEvents(pool, filter, MAX_COUNT),
    ]);
    const shown = rows.slice(0, page.limit);
    const last = shown.at(-1);
    return {
      events: shown.map(wireEvent),
      nextPageToken:
        rows.length > shown.length && last
          ? pageToken([last.event_time.toISOString(), String(last.event_no)])
          : '',
      totalSize,
    };
  };

function pageOf(request: ListAuditEventsRequest): AuditPage {
  const { skip } = request;
  const limit = pageSizeOf(request);
  const [time, eventNo] = pageTokenOf(request, tokenPart.time, tokenPart.number) ?? [];
  const before = time !== undefined && eventNo !== undefined ? ([time, eventNo] as const) : undefined;
  if (skip < 0 || skip > MAX_SKIP)
    throw refusals.invalidArgument(
      `skip must be from 0 to ${MAX_SKIP}: narrow the time, or use page_token, to see older events`,
    );
  if (skip > 0 && before !== undefined)
    throw refusals.invalidArgument('skip and page_token must not be used together');
  return { before, skip, limit };
}

const wireEvent = (row: AuditRow): AuditEvent => ({
  eventNo: row.event_no,
  time: row.event_time,
  context: WIRE_CONTEXT.get(row.context) ?? AuditContext.UNSPECIFIED,
  contextId: row.context_id,
  action: WIRE_ACTION.get(row.action) ?? AuditAction.UNSPECIFIED,
  organizationId: row.organization_id,
  workspaceId: row.workspace_id ?? '',
  userId: row.user_id,
  userName: row.user_name ?? '',
  userEmail: row.user_email ?? '',
  byOperator: row.by_operator,
  detailJson: row.detail ?? '',
});
