import { AuditAction, AuditContext } from '@lethe/contracts';
import { z } from 'zod';
import { MAX_ID_LENGTH } from '../http/opaque-id.js';

const MAX_TAKE = 100;
const DEFAULT_TAKE = 20;
const MAX_INT32 = 2_147_483_647;
const MAX_TOKEN_LENGTH = 2_048;

/** The numbers of the documented API for what Lethe writes. The others (org, apikey, usersettings, …) exist there and not here. */
const CONTEXTS: ReadonlyMap<number, AuditContext> = new Map([
  [0, AuditContext.WORKSPACE],
  [1, AuditContext.BUCKET],
  [2, AuditContext.REPOSITORY],
  [3, AuditContext.USER],
  [5, AuditContext.WORKSPACE_USER],
  [8, AuditContext.ORGANIZATION_SETTINGS],
]);
const ACTIONS: ReadonlyMap<number, AuditAction> = new Map([
  [0, AuditAction.CREATED],
  [1, AuditAction.UPDATED],
  [2, AuditAction.DELETED],
]);

/** What clients send for a filter that is none. */
const ABSENT: readonly unknown[] = [null, 'undefined', ''];
const unless = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (ABSENT.includes(value) ? undefined : value), schema);
const number = unless(z.int().min(0).max(MAX_INT32).optional());
const id = unless(z.string().optional());
/** ISO 8601; what names no zone is UTC, so that an answer does not depend on where the gateway runs. */
const time = unless(
  z
    .union([z.iso.datetime({ offset: true, local: true }), z.iso.date()], {
      error: 'must be a time in ISO 8601, as in 2026-01-31T12:00:00Z',
    })
    .transform((text) => new Date(/T[\d:.]+$/.test(text) ? `${text}Z` : text))
    .optional(),
);

/** The documented body. All of it may be left out, and what else a client sends is dropped unread. */
export const auditQuery = z.preprocess(
  (body) => body ?? {},
  z.object({
    workspaceId: id.describe('Only events of this workspace'),
    context: number.describe(
      '0 workspace, 1 bucket, 2 repo, 3 user, 5 workspaceuser, 8 orgsettings; others have no events',
    ),
    contextId: id.describe('Only events of the thing with this id'),
    event: number.describe('0 created, 1 updated, 2 deleted'),
    userId: id.describe('Only what this user did'),
    from_timestamp: time.describe('Not before'),
    to_timestamp: time.describe('Not after'),
    showUnread: unless(z.boolean().optional()).describe('true finds nothing: nothing is kept as unread'),
    skip: unless(z.int().min(0).max(MAX_INT32).default(0)).describe('Events to pass over, newest first'),
    take: unless(z.int().min(1).max(MAX_TAKE).default(DEFAULT_TAKE)),
    pageToken: unless(z.string().max(MAX_TOKEN_LENGTH).default('')).describe(
      'The nextPageToken of the answer before, instead of skip',
    ),
  }),
);

/** The filters as workspace-service knows them. Undefined: no event is like that. */
export function toFilters(query: z.output<typeof auditQuery>) {
  const { workspaceId = '', contextId = '', userId = '' } = query;
  const context = query.context === undefined ? AuditContext.UNSPECIFIED : CONTEXTS.get(query.context);
  const action = query.event === undefined ? AuditAction.UNSPECIFIED : ACTIONS.get(query.event);
  const tooLong = [workspaceId, contextId, userId].some((text) => text.length > MAX_ID_LENGTH);
  if (context === undefined || action === undefined || tooLong || query.showUnread === true) return undefined;
  const { from_timestamp: fromTime, to_timestamp: toTime } = query;
  return { workspaceId, context, contextId, action, userId, fromTime, toTime };
}
