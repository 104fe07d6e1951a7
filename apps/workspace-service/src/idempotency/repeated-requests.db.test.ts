import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteWorkspaceRpc } from '../delete-workspace/delete-workspace.rpc.js';
import { forgetOldAnswers } from '../forget-answers/forget-answers.loop.js';
import { restoreWorkspaceRpc } from '../restore-workspace/restore-workspace.rpc.js';
import * as stories from '../testing/stories.js';
import { callerNamed, contextOf, reasonOf, softDelete } from '../testing/stories.js';
import * as world from '../testing/world.sql.js';
import { addOrganization, addUser, addWorkspace, revoke, see } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', { graceSeconds: 3600 });
  for (const user of ['ann', 'bob', 'gone']) await addUser(db.pool, 'org1', user);
});
afterAll(() => db.drop());

let keys = 0;
const newKey = () => `key-${++keys}`;
const active = (members: Parameters<typeof addWorkspace>[2] = { ann: 'ADMIN', bob: 'ADMIN' }) =>
  addWorkspace(db.pool, 'org1', members);
async function deleted(): Promise<string> {
  const id = await active();
  await softDelete(db.pool, id);
  return id;
}
const keptOf = async (id: string) =>
  (await db.pool.query(`select from kept_answer where workspace_id = $1`, [id])).rowCount;

const remove = (workspaceId: string, idempotencyKey: string, by = 'ann', etag = '') =>
  deleteWorkspaceRpc(db.pool)({ caller: callerNamed(by), workspaceId, etag, idempotencyKey });
const restore = (workspaceId: string, idempotencyKey: string, by = 'ann') =>
  restoreWorkspaceRpc(db.pool)(
    { caller: callerNamed(by), workspaceId, idempotencyKey },
    contextOf('gateway'),
  );

/** What both have in common: done once, undone by others, asked again. */
const requests = {
  deletion: {
    prepare: () => active(),
    ask: (id: string, key: string, by?: string): Promise<unknown> => remove(id, key, by),
    undo: (id: string): Promise<unknown> => stories.restoreByOperator(db.pool, id),
    done: 'deleted',
    undone: 'active',
    again: 'WORKSPACE_ALREADY_DELETED',
  },
  restore: {
    prepare: () => deleted(),
    ask: (id: string, key: string, by?: string): Promise<unknown> => restore(id, key, by),
    undo: (id: string): Promise<unknown> => softDelete(db.pool, id),
    done: 'active',
    undone: 'deleted',
    again: 'WORKSPACE_ACTIVE',
  },
} as const;

describe.each(Object.entries(requests))(
  'a %s with an Idempotency-Key',
  (_, { prepare, ask, undo, done, undone, again }) => {
    it('is answered again as it first was, and done once, also after it was undone', async () => {
      const [id, key] = [await prepare(), newKey()];
      const first = await ask(id, key);
      expect(await ask(id, key)).toEqual(first);
      await undo(id);
      const before = await see(db.pool, id);
      expect(before.state).toBe(undone);
      expect(await ask(id, key)).toEqual(first);
      expect(await see(db.pool, id)).toEqual(before);
      expect(await world.auditOf(db.pool, id)).toHaveLength(1);
    });

    it('is done again under a new key, and refused without one', async () => {
      const id = await prepare();
      const first = await ask(id, newKey());
      expect(await reasonOf(ask(id, ''))).toBe(again);
      expect(await reasonOf(ask(id, newKey()))).toBe(again);
      await undo(id);
      expect(await ask(id, newKey())).not.toEqual(first);
      expect((await see(db.pool, id)).state).toBe(done);
    });

    it('is refused when its key stood for something else, and does nothing', async () => {
      const [id, other, key] = [await prepare(), await prepare(), newKey()];
      await ask(id, key);
      expect(await reasonOf(ask(other, key))).toBe('IDEMPOTENCY_KEY_REUSED');
      expect(await reasonOf(ask('no id', key))).toBe('IDEMPOTENCY_KEY_REUSED');
      expect((await see(db.pool, other)).state).toBe(undone);
    });

    it('is one request of twenty at once: done once, twenty equal answers', async () => {
      const [id, key] = [await prepare(), newKey()];
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask(id, key)));
      for (const answer of answers) expect(answer).toEqual(answers[0]);
      expect(await see(db.pool, id)).toMatchObject({ state: done, deletions: [expect.anything()] });
      expect((await see(db.pool, id)).events).toHaveLength(1);
      expect(await world.auditOf(db.pool, id)).toHaveLength(1);
      expect(await keptOf(id)).toBe(1);
    });

    it('takes a key for one of two workspaces at once', async () => {
      const [one, two, key] = [await prepare(), await prepare(), newKey()];
      const answers = await Promise.all([one, two].map((id) => reasonOf(ask(id, key))));
      expect(answers.filter((answer) => answer === 'IDEMPOTENCY_KEY_REUSED')).toHaveLength(1);
      const states = await Promise.all([one, two].map(async (id) => (await see(db.pool, id)).state));
      expect(states.sort()).toEqual(['active', 'deleted']);
    });

    it('shares no key with another user', async () => {
      const [id, other, key] = [await prepare(), await prepare(), newKey()];
      await ask(id, key, 'ann');
      await ask(other, key, 'bob');
      expect((await see(db.pool, other)).state).toBe(done);
      expect(await reasonOf(ask(id, key, 'bob'))).toBe('IDEMPOTENCY_KEY_REUSED');
    });

    it('tells nobody who is revoked by now', async () => {
      const [id, key] = [await prepare(), newKey()];
      await db.pool.query(
        `update membership set user_id = 'gone' where workspace_id = $1 and user_id = 'ann'`,
        [id],
      );
      await ask(id, key, 'gone');
      await revoke(db.pool, 'gone');
      expect(await reasonOf(ask(id, key, 'gone'))).toBe('USER_NOT_VALIDATED');
      await revoke(db.pool, 'gone', null);
    });

    it('is remembered for a day', async () => {
      const [id, key] = [await prepare(), newKey()];
      const first = await ask(id, key);
      const age = (seconds: number) =>
        db.pool.query(
          `update kept_answer set answer_time = now() - make_interval(secs => $2) where workspace_id = $1`,
          [id, seconds],
        );
      await age(24 * 3600 - 60);
      await forgetOldAnswers(db.pool);
      expect(await ask(id, key)).toEqual(first);
      await age(24 * 3600 + 1);
      expect((await forgetOldAnswers(db.pool)).counts).toEqual({ deleted: 1 });
      expect(await reasonOf(ask(id, key))).toBe(again);
    });
  },
);

describe('the key of a deletion', () => {
  it('stands for the etag too', async () => {
    const [id, key] = [await active(), newKey()];
    await remove(id, key, 'ann', '0.1');
    expect(await reasonOf(remove(id, key))).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('may be sent again with the same request after a refusal: those are not kept', async () => {
    const [id, key] = [await active(), newKey()];
    await world.hold(db.pool, id);
    expect(await reasonOf(remove(id, key))).toBe('HELD');
    expect(await keptOf(id)).toBe(0);
    await db.pool.query(`update hold set release_time = now(), released_by = 'o' where workspace_id = $1`, [
      id,
    ]);
    expect(await remove(id, key)).toMatchObject({ deletion: { workspaceId: id } });
  });

  it('is no key when it could be no header', async () => {
    const id = await active();
    for (const key of ['a b', 'a\0b', 'é', 'x'.repeat(256)])
      expect(await reasonOf(remove(id, key))).toBe('INVALID_ARGUMENT');
    expect((await see(db.pool, id)).state).toBe('active');
    await remove(id, 'x'.repeat(255));
  });

  it('stands for one of a deletion and a restore', async () => {
    const [id, key] = [await active(), newKey()];
    await remove(id, key);
    expect(await reasonOf(restore(id, key))).toBe('IDEMPOTENCY_KEY_REUSED');
    expect((await see(db.pool, id)).state).toBe('deleted');
  });
});
