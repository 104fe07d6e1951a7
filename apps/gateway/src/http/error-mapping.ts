import { status as grpcStatus } from '@grpc/grpc-js';
import { refusalOf, unreachable, type RefusalError } from '@lethe/outcome';
import type { ErrorEnvelope } from './envelope.js';
import { toWireText } from './wire-time.js';

/** An error as it leaves over HTTP. */
export interface HttpError {
  readonly status: number;
  readonly body: ErrorEnvelope;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number;
  /** Absent: the refusal's own sentence. */
  readonly message?: string;
}

/**
 * Every refusal of workspace-service, and what it is over HTTP. A message here is the documented one, which an operation may
 * document differently; where the documents are silent the refusal's own sentence goes out.
 */
const ANSWERS = {
  INVALID_ARGUMENT: { status: 400 },
  USER_NOT_VALIDATED: { status: 400, message: 'User not found or account is not validated' },
  WORKSPACE_HAS_RESOURCES: { status: 400, message: 'Cannot delete workspace with existing buckets or repos' },
  INSUFFICIENT_PERMISSIONS: { status: 403, message: 'Insufficient permissions' },
  BUCKET_IN_USE: { status: 403 },
  CANNOT_DELETE_SELF: { status: 400, message: 'Cannot delete yourself' },
  USER_NOT_DELETED: { status: 400, message: 'User is not deleted' },
  USER_NOT_FOUND: { status: 404, message: 'User not found' },
  WORKSPACE_NOT_FOUND: { status: 404, message: 'Workspace not found' },
  WORKSPACE_ALREADY_DELETED: { status: 404, message: 'Workspace not found' },
  BUCKET_NOT_FOUND: { status: 404, message: 'Bucket not found' },
  REPOSITORY_NOT_FOUND: { status: 404, message: 'Repo not found' },
  TARGET_USER_NOT_FOUND: { status: 404, message: 'Target user not found' },
  MEMBER_NOT_FOUND: { status: 404, message: 'User not found in workspace' },
  HOLD_NOT_FOUND: { status: 404 },
  DELETION_POLICY_NOT_FOUND: { status: 404 },
  DELETION_NOT_FOUND: { status: 404 },
  CERTIFICATE_NOT_FOUND: { status: 404 },
  WORKSPACE_ACTIVE: { status: 409 },
  ALREADY_CERTIFIED: { status: 409 },
  NOT_PURGING: { status: 409 },
  RESTORE_WINDOW_CLOSED: { status: 409 },
  PURGE_STARTED: { status: 409 },
  HELD: { status: 409 },
  DEFAULT_WORKSPACE: { status: 409 },
  HOLD_EXISTS: { status: 409 },
  USER_ALREADY_MEMBER: { status: 409 },
  LAST_ADMIN: { status: 409 },
  ETAG_MISMATCH: { status: 412 },
  IDEMPOTENCY_KEY_REUSED: { status: 422 },
  TOO_MANY_WATCHERS: { status: 429 },
} as const satisfies Record<string, Answer>;

export type Reason = keyof typeof ANSWERS;

/** How one operation says what went wrong, in the words of its documentation. */
export interface Wording {
  /** Its 500. */
  readonly failed: string;
  /** What it documents differently from the table above. */
  readonly reasons?: Partial<Record<Reason, Partial<Answer>>>;
}

export const RETRY_AFTER_SECONDS = 2;
const RETRY_SOON = { 'retry-after': String(RETRY_AFTER_SECONDS) };

/** Whatever a call to workspace-service was refused or broken with, as HTTP. */
export function httpErrorOf(error: unknown, wording: Wording): HttpError {
  const refusal = readRefusal(error);
  if (refusal !== undefined && Object.hasOwn(ANSWERS, refusal.reason)) {
    const reason = refusal.reason as Reason;
    const answer: Answer = { ...ANSWERS[reason], ...wording.reasons?.[reason] };
    const message = answer.message ?? refusal.message;
    const body = { ...failure(reason, message), ...facts(reason, refusal) };
    return { status: answer.status, body, ...(answer.status === 429 && { headers: RETRY_SOON }) };
  }
  return ofStatus(codeOf(error), refusal, wording);
}

export function failure(code: string, message: string): ErrorEnvelope {
  return { success: false, message, code };
}

/** 503 with Retry-After: the request is fine, and the same request may work soon. */
export function unavailable(message: string, code = 'UNAVAILABLE'): HttpError {
  return {
    status: 503,
    body: failure(code, message),
    headers: RETRY_SOON,
  };
}

/** Without a reason known here, the status alone. What the gateway itself did wrong (its own token, a method) is our 500. */
function ofStatus(code: grpcStatus, refusal: RefusalError | undefined, { failed }: Wording): HttpError {
  const refused = (status: number): HttpError =>
    refusal === undefined ? broken() : { status, body: failure(refusal.reason, refusal.message) };
  const broken = (): HttpError => ({ status: 500, body: failure('INTERNAL', failed) });
  switch (code) {
    case grpcStatus.UNAVAILABLE:
    case grpcStatus.DEADLINE_EXCEEDED:
    case grpcStatus.RESOURCE_EXHAUSTED:
      return unavailable('Service is temporarily unavailable, try again soon');
    case grpcStatus.INVALID_ARGUMENT:
    case grpcStatus.OUT_OF_RANGE:
      return refused(400);
    case grpcStatus.NOT_FOUND:
      return refused(404);
    case grpcStatus.ALREADY_EXISTS:
    case grpcStatus.FAILED_PRECONDITION:
    case grpcStatus.ABORTED:
      return refused(409);
    case grpcStatus.OK:
    case grpcStatus.CANCELLED:
    case grpcStatus.UNKNOWN:
    case grpcStatus.PERMISSION_DENIED:
    case grpcStatus.UNIMPLEMENTED:
    case grpcStatus.INTERNAL:
    case grpcStatus.DATA_LOSS:
    case grpcStatus.UNAUTHENTICATED:
      return broken();
    default:
      return unreachable(code);
  }
}

function facts(reason: Reason, { facts: said }: RefusalError): Pick<ErrorEnvelope, 'blockers' | 'deletion'> {
  const count = (text = '') => (/^\d{1,15}$/.test(text) ? Number(text) : 0);
  if (reason === 'WORKSPACE_HAS_RESOURCES')
    return { blockers: { buckets: count(said['buckets']), repositories: count(said['repositories']) } };
  if (reason === 'HELD') return { blockers: { holds: count(said['holds']) } };
  if (reason === 'WORKSPACE_ALREADY_DELETED') {
    const { deletionId = '', deleteTime = '', purgeTime = '', restorable } = said;
    return {
      deletion: {
        deletionId: toWireText(deletionId),
        deleteTime: toWireText(deleteTime),
        purgeTime: toWireText(purgeTime),
        restorable: restorable === 'true',
      },
    };
  }
  return {};
}

function readRefusal(error: unknown): RefusalError | undefined {
  try {
    return error instanceof Error ? refusalOf(error) : undefined;
  } catch {
    return undefined; // details that cannot be decoded are no refusal
  }
}

const CODES = Object.values(grpcStatus).filter((value) => typeof value !== 'string');

function codeOf(error: unknown): grpcStatus {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return CODES.find((known) => known === code) ?? grpcStatus.UNKNOWN;
}
