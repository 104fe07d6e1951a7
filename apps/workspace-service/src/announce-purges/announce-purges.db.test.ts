import { fileURLToPath } from 'node:url';
import { decodeEvent } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { byLoop, race, restoreByOperator, softDelete } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, hold, see, setPolicy } from '../testing/world.sql.js';
import { announcePurges } from './announce-purges.loop.js';

const DAY = 86_400;
const APPROACHING = 'workspace.purge_approaching';
const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', {});
  await addUser(db.pool, 'org1', 'ann');
});
afterAll(() => db.drop());
beforeEach(async () => {
  await announcePurges(db.pool, 36_500 * DAY); // what another test left
});

async function deleted(graceSeconds: number, mode: 'automatic' | 'manual' = 'automatic') {
  await setPolicy(db.pool, 'org1', { graceSeconds, mode });
  const id = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
  return { id, deletion: await softDelete(db.pool, id) };
}
const events = async (id: string) => (await see(db.pool, id)).events;
const releaseHolds = (id: string) =>
  db.pool.query(`update hold set released_by = 'o', release_time = now() where workspace_id = $1`, [id]);

describe('announce-purges', () => {
  it('says once, with the frozen time, when the notice has come, and not before', async () => {
    const near = await deleted(7 * DAY);
    const far = await deleted(7 * DAY + 3_600);
    expect(await announcePurges(db.pool, 7 * DAY)).toEqual({ counts: { found: 1, announced: 1 } });
    expect(await announcePurges(db.pool, 7 * DAY)).toEqual({ counts: { found: 0, announced: 0 } });
    expect([await events(near.id), await events(far.id)]).toEqual([[APPROACHING], []]);

    const { rows } = await db.pool.query<{ payload: Buffer; notice_time: Date }>(
      `select o.payload, d.notice_time from outbox o, deletion d
        where o.headers ->> 'ce-subject' = $1 and d.workspace_id::text = $1`,
      [near.id],
    );
    expect(decodeEvent(APPROACHING, rows[0]!.payload)).toMatchObject({
      context: { organizationId: 'org1', workspaceId: near.id, epoch: 1, time: rows[0]!.notice_time },
      deletionId: near.deletion.deletion_id,
      purgeTime: near.deletion.purge_time,
    });
    expect(rows[0]!.payload.toString()).not.toMatch(/secret|plans|ann/);
  });

  it('announces a shorter grace at once, and a manual deletion too', async () => {
    const short = await deleted(60);
    const manual = await deleted(60, 'manual');
    await announcePurges(db.pool, 7 * DAY);
    expect([await events(short.id), await events(manual.id)]).toEqual([[APPROACHING], [APPROACHING]]);
  });

  it('says nothing of what is never purged, was restored, or is purged already', async () => {
    await addOrganization(db.pool, 'bare');
    const bare = await addWorkspace(db.pool, 'bare', {});
    await softDelete(db.pool, bare);
    const restored = (await deleted(60)).id;
    await restoreByOperator(db.pool, restored);
    const granted = (await deleted(0)).id;
    await byLoop(db.pool, 'org1', granted);
    expect(await announcePurges(db.pool, 7 * DAY)).toEqual({ counts: { found: 0, announced: 0 } });
    expect(await events(bare)).toEqual([]);
    expect(await events(restored)).toEqual(['workspace.restored']);
    expect(await events(granted)).toEqual(['workspace.purge_started']);
  });

  it('announces each deletion of a workspace that was restored in between', async () => {
    const { id } = await deleted(60);
    await announcePurges(db.pool, DAY);
    await restoreByOperator(db.pool, id);
    await softDelete(db.pool, id);
    await announcePurges(db.pool, DAY);
    expect(await events(id)).toEqual([APPROACHING, 'workspace.restored', APPROACHING]);
  });

  it('is silent while a hold stands, and speaks after its release', async () => {
    const { id } = await deleted(60);
    await hold(db.pool, id);
    expect(await announcePurges(db.pool, DAY)).toEqual({ counts: { found: 0, announced: 0 } });
    await releaseHolds(id);
    await announcePurges(db.pool, DAY);
    expect(await events(id)).toEqual([APPROACHING]);
  });

  it('announces more than a batch, by several replicas at once, each once', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 450; n++) ids.push((await deleted(60)).id);
    const results = await Promise.all([1, 2, 3].map(() => announcePurges(db.pool, DAY)));
    // One that met only what others had in hand is done early; what it left is found by the next look.
    results.push(await announcePurges(db.pool, DAY));
    expect(results.reduce((sum, { counts }) => sum + (counts['announced'] ?? 0), 0)).toBe(450);
    for (const id of ids) expect(await events(id)).toEqual([APPROACHING]);
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['workspace.restored', (id) => restoreByOperator(db.pool, id)],
    ['workspace.purge_started', (workspaceId) => byLoop(db.pool, 'org1', workspaceId)],
  ])('never speaks after %s, however close they run', async (last, end) => {
    const ids: string[] = [];
    await race(200, async (n) => {
      const id = (ids[n] = (await deleted(0)).id);
      return [() => announcePurges(db.pool, DAY), () => end(id)];
    });
    const seen = await Promise.all(ids.map(events));
    for (const list of seen) expect([[APPROACHING, last], [last]]).toContainEqual(list);
    expect(new Set(seen.map((list) => list.length)).size, 'only one ever came first').toBe(2);
  });

  it('leaves alone what somebody is about to hold', async () => {
    const { id } = await deleted(60);
    const holder = await db.pool.connect();
    await holder.query('begin');
    await holder.query(
      `insert into hold (hold_id, workspace_id, origin, reason, placed_by, by_operator)
       values (gen_random_uuid(), $1, 'court', 'because', 'o', true)`,
      [id],
    );
    expect(await announcePurges(db.pool, DAY)).toEqual({ counts: { found: 0, announced: 0 } });
    await holder.query('commit');
    holder.release();
    await announcePurges(db.pool, DAY);
    expect(await events(id)).toEqual([]);
  });
});
