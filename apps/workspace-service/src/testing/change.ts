import { randomUUID } from 'node:crypto';
import type { Pool } from '@lethe/postgres';
import type { Audited } from './audit.sql.js';
import type { Method } from './raw-calls.js';
import { addUser, addWorkspace, softDelete } from './world.sql.js';

/** What one change of a user, or of an operator, writes into the audit. */
export interface Written {
  /** Undefined, when the answer has none: no row has that. */
  readonly contextId: string | undefined;
  readonly context: number;
  readonly action: number;
  readonly workspaceId?: string | null | undefined;
  readonly detail?: Audited['detail'];
}

export interface Prepared {
  /** Without its caller. */
  readonly request: Readonly<Record<string, unknown>>;
  /** @param answer decoded: what is created has its id from there. */
  readonly writes: (answer: Answer) => readonly Written[];
}
export interface Answer {
  readonly workspace?: { readonly workspaceId: string };
  readonly bucket?: { readonly bucketId: string };
  readonly repository?: { readonly repositoryId: string };
  readonly deletion?: { readonly deletionId: string };
  readonly hold?: { readonly holdId: string };
  readonly grant?: { readonly deletionId: string };
}

export interface Change {
  readonly method: Method;
  readonly by: 'user' | 'operator';
  readonly prepare: (pool: Pool) => Promise<Prepared>;
  /** Asking again changes something again. */
  readonly repeatable?: boolean;
  /** A user of any organization may ask it of its own. */
  readonly everywhere?: boolean;
}

export const OWNER = 'owner';
export const OPERATOR = 'op-1';
export const newWorkspace = (pool: Pool, ...readers: string[]) =>
  addWorkspace(pool, 'org1', {
    [OWNER]: 'ADMIN',
    ...Object.fromEntries(readers.map((reader) => [reader, 'READ'] as const)),
  });
export async function newUser(pool: Pool): Promise<string> {
  const userId = `u-${randomUUID()}`;
  await addUser(pool, 'org1', userId);
  return userId;
}
/** A deletion that an operator's order may purge, in an organization where nothing is purged by itself. */
export async function newDue(pool: Pool): Promise<string> {
  const id = await addWorkspace(pool, 'by-hand', {});
  await softDelete(pool, id);
  return id;
}
