import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certifiedWorld, UNPROVEN, type CertifiedWorld } from '../testing/replays.js';
import { report, softDelete } from '../testing/stories.js';
import { see } from '../testing/world.sql.js';

let db: TestDatabase;
let world: CertifiedWorld;
beforeAll(async () => {
  db = await createTestDatabase(fileURLToPath(new URL('../../migrations', import.meta.url)));
  world = await certifiedWorld(db.pool);
});
afterAll(() => db.drop());

async function reported(organizationId: string): Promise<string> {
  const id = await world.purging(organizationId);
  expect(await report(db.pool, 'realm-purge', id)).toEqual({});
  return id;
}

describe('no statement, whoever writes it,', () => {
  const refused = async (text: string, id: string) =>
    expect(db.pool.query(text, [id]), text).rejects.toMatchObject({ code: '23514' });

  it('supersedes a deletion without its replay, or raises the epoch of a purge without it', async () => {
    const org = await world.organization();
    const id = await reported(org);
    const supersede = `update deletion set superseded_time = now() where workspace_id = $1`;
    await refused(supersede, id);
    await refused(`update workspace set epoch = epoch + 1 where workspace_id = $1`, id);
    await refused(
      `with s as (${supersede}) update workspace set epoch = epoch + 1 where workspace_id = $1`,
      id,
    );
    const deleted = await world.workspace(org);
    await softDelete(db.pool, deleted);
    await refused(supersede, deleted);
    await refused(supersede, await world.purged(org));
  });

  it('certifies a superseded deletion, or takes it back', async () => {
    const org = await world.organization();
    const id = await reported(org);
    await world.replayAll({ ...UNPROVEN, organizationId: org });
    for (const change of [
      `purged_time = now()`,
      `superseded_time = null`,
      `superseded_time = superseded_time + interval '1 s'`,
      `retries = retries + 1`,
    ])
      await refused(`update deletion set ${change} where workspace_id = $1 and epoch = 1`, id);
    expect((await see(db.pool, id)).deletions[0]).toBe('deletion_planned 1 superseded');
  });
});
