import { isCanonicalUuid, type Caller } from '@lethe/contracts';
import { refusals } from './refusals.js';

const MAX_NAME = 255;

/** The user behind a request. Never absent where a user must be. */
export function callerOf(request: { readonly caller?: Caller | undefined }): Caller {
  const { caller } = request;
  if (caller === undefined || caller.userId === '' || caller.userId.length > 128 || hasNul(caller.userId))
    throw refusals.invalidArgument('caller.user_id must be set, with at most 128 characters');
  if (hasNul(caller.organizationId)) throw refusals.invalidArgument('caller.organization_id is no text');
  return caller;
}

/** The one character that PostgreSQL's text cannot hold. */
export const hasNul = (text: string): boolean => text.includes('\0');

/** A name is one line, and does nothing to the terminal that shows it. */
const hasControlCharacter = (text: string): boolean => /\p{Cc}/u.test(text);

/** An id as the database spells it, or undefined: then nothing has it. Ids are opaque, so a malformed one is simply unknown. */
export function uuidOf(text: string): string | undefined {
  const canonical = text.toLowerCase();
  return isCanonicalUuid(canonical) ? canonical : undefined;
}

/** A workspace's id, or the refusal that an unknown one gets. */
export function workspaceIdOf(request: { readonly workspaceId: string }): string {
  const id = uuidOf(request.workspaceId);
  if (id === undefined) throw refusals.workspaceNotFound();
  return id;
}

export function epochOf(request: { readonly epoch: number }): number {
  if (!Number.isSafeInteger(request.epoch) || request.epoch < 1)
    throw refusals.invalidArgument('epoch must be a positive number');
  return request.epoch;
}

export function nameOf(request: { readonly name: string }): string {
  const name = request.name.trim();
  if (name === '' || name.length > MAX_NAME || hasControlCharacter(name))
    throw refusals.invalidArgument(
      `name must have 1 to ${MAX_NAME} characters, none of them a control character`,
    );
  return name;
}

export function pageSizeOf(request: { readonly pageSize: number }): number {
  if (request.pageSize < 0 || request.pageSize > 1000)
    throw refusals.invalidArgument('page_size must be from 0 to 1000');
  return request.pageSize === 0 ? 100 : request.pageSize;
}

/** Whether a part of a page token is what it was made of: tokens come back from outside. */
export type TokenPart = (part: string) => boolean;
export const tokenPart = {
  text: (part: string) => !hasNul(part),
  uuid: isCanonicalUuid,
  number: (part: string) => /^(0|[1-9]\d{0,14})$/.test(part),
  /** Of the years 0001 to 9999: a Date knows a year 0000, PostgreSQL does not. */
  time: (part: string) => {
    const time = new Date(part);
    return !Number.isNaN(time.getTime()) && time.toISOString() === part && /^(?!0000)\d{4}-/.test(part);
  },
};

/** The key of the last row of the page before; tokens are opaque to callers. */
export function pageTokenOf(
  request: { readonly pageToken: string },
  ...parts: readonly TokenPart[]
): string[] | undefined {
  if (request.pageToken === '') return undefined;
  try {
    const key = JSON.parse(Buffer.from(request.pageToken, 'base64url').toString('utf8')) as unknown;
    if (
      Array.isArray(key) &&
      key.length === parts.length &&
      key.every((part: unknown, i) => typeof part === 'string' && parts[i]?.(part))
    )
      return key as string[];
  } catch {
    // refused below
  }
  throw refusals.invalidArgument('page_token must be the next_page_token of an earlier answer');
}

export const pageToken = (key: readonly string[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url');

/** Taken to the letter: another spelling is another organization. Empty means all of them, where that is allowed. */
export function organizationIdOf(
  request: { readonly organizationId: string },
  emptyIs: 'all' | 'none',
): string {
  const { organizationId } = request;
  if ((emptyIs === 'none' && organizationId === '') || organizationId.length > 64 || hasNul(organizationId))
    throw refusals.invalidArgument('organization_id must be the id of an organization');
  return organizationId;
}

export function textOf(value: string, field: string, max: number): string {
  const text = value.trim();
  if (text === '' || text.length > max || text.includes('\0'))
    throw refusals.invalidArgument(`${field} must have 1 to ${max} characters`);
  return text;
}

/** A time that a google.protobuf.Timestamp may say: of the years 1 to 9999. What is beyond a Date arrives as an invalid one. */
export function timeOf(value: Date | undefined, field: string): Date | undefined {
  if (value === undefined) return undefined;
  const year = value.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) throw refusals.invalidArgument(`${field} is out of range`);
  return value;
}

/** Visible ASCII, as a header carries it; empty: none. */
export function idempotencyKeyOf({ idempotencyKey }: { readonly idempotencyKey: string }): string {
  if (!/^[!-~]{0,255}$/.test(idempotencyKey))
    throw refusals.invalidArgument('idempotency_key must have at most 255 visible ASCII characters');
  return idempotencyKey;
}
