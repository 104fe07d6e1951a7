import { isCanonicalUuid, type Caller } from '@lethe/contracts';
import { refusals } from './refusals.js';

const MAX_NAME = 255;

/** The user behind a request. Never absent where a user must be. */
export function callerOf(request: { readonly caller?: Caller | undefined }): Caller {
  const { caller } = request;
  if (caller === undefined || caller.userId === '' || caller.userId.length > 128)
    throw refusals.invalidArgument('caller.user_id must be set, with at most 128 characters');
  return caller;
}

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
  if (name === '' || name.length > MAX_NAME || name.includes('\0'))
    throw refusals.invalidArgument(`name must have 1 to ${MAX_NAME} characters`);
  return name;
}

export function pageSizeOf(request: { readonly pageSize: number }): number {
  if (request.pageSize < 0 || request.pageSize > 1000)
    throw refusals.invalidArgument('page_size must be from 0 to 1000');
  return request.pageSize === 0 ? 100 : request.pageSize;
}

/** The key of the last row of the page before; tokens are opaque to callers. */
export function pageTokenOf(request: { readonly pageToken: string }, parts: number): string[] | undefined {
  if (request.pageToken === '') return undefined;
  try {
    const key = JSON.parse(Buffer.from(request.pageToken, 'base64url').toString('utf8')) as unknown;
    if (Array.isArray(key) && key.length === parts && key.every((part) => typeof part === 'string'))
      return key;
  } catch {
    // refused below
  }
  throw refusals.invalidArgument('page_token must be the next_page_token of an earlier answer');
}

export const pageToken = (key: readonly string[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url');

export function textOf(value: string, field: string, max: number): string {
  const text = value.trim();
  if (text === '' || text.length > max || text.includes('\0'))
    throw refusals.invalidArgument(`${field} must have 1 to ${max} characters`);
  return text;
}
