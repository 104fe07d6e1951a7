import { randomUUID } from 'node:crypto';
import { one, type Pool } from '@lethe/postgres';
import type { Audited } from './audit.sql.js';
import type { Method } from './raw-calls.js';
import { byOperator } from './stories.js';
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
  readonly grant?: { readonly deletionId: string; readonly retries: number };
  readonly deletions?: readonly { readonly deletionId: string; readonly replayOf: string }[];
}

export interface Change {
  readonly method: Method;
  readonly by: 'user' | 'operator';
  readonly prepare: (pool: Pool) => Promise<Prepared>;
  /** Asking again changes something again. */
  readonly repeatable?: boolean;
  /** A user of any organization may ask it of its own. */
  readonly everywhere?: boolean;
  /** Whose audit has it; org1's, when it is not said. */
  readonly organization?: string;
}

export const [CREATED, UPDATED, DELETED] = [0, 1, 2];
export const ofWorkspace = (
  workspaceId: string | undefined,
  action: number,
  detail: Audited['detail'] = null,
): Written => ({
  ...{ context: 0, contextId: workspaceId, workspaceId, action, detail },
});

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
/** A purge that waits for its participants. */
export async function newPurge(pool: Pool, keepBlocks = false): Promise<string> {
  const id = await newDue(pool);
  await byOperator(pool, 'by-hand', id, 'deletion_planned', keepBlocks);
  return id;
}
/** As if its certificate had been written: the time from which on a replay finds it. */
export async function newPurged(pool: Pool): Promise<{ workspaceId: string; replayOf: string; since: Date }> {
  const workspaceId = await newPurge(pool);
  const { replay_of, since } = await one<{ replay_of: string; since: Date }>(
    pool,
    `with purged as (
       update workspace set state = 'purged', name = null where workspace_id = $1 returning workspace_id, epoch
     )
     update deletion d
        set purged_time = clock_timestamp()
       from purged
      where d.workspace_id = purged.workspace_id and d.epoch = purged.epoch
     returning d.deletion_id as replay_of, d.purged_time as since`,
    [workspaceId],
  );
  return { workspaceId, replayOf: replay_of, since };
}
