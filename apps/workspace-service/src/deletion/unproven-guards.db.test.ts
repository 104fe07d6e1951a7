import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certifiedWorld, UNPROVEN, type CertifiedWorld } from '../testing/replays.js';
import { evidence, report } from '../testing/stories.js';

const MIGRATIONS = new URL('../../migrations/', import.meta.url);
let db: TestDatabase;
let world: CertifiedWorld;
beforeAll(async () => {
  db = await createTestDatabase(fileURLToPath(MIGRATIONS));
  world = await certifiedWorld(db.pool);
});
afterAll(() => db.drop());

const NONE = { pages: 0, blocksTotal: 0, blocksSwept: 0, blocksRetained: 0, stores: [] };
/** Five blocks of it were reported by realm-purge, and nobody can show that they are gone. */
async function unproven(organizationId: string): Promise<string> {
  const id = await world.purging(organizationId);
  expect(await report(db.pool, 'realm-purge', id)).toEqual({});
  return id;
}

describe('the migration', () => {
  it('counts what was replayed before, however often', async () => {
    const org = await world.organization();
    const [id, other] = [await unproven(org), await world.purged(org)];
    const order = { organizationId: org, ...UNPROVEN };
    await world.replay(order);
    await report(db.pool, 'blob-sweeper', id, evidence(NONE), 2);
    await world.replay({ ...order, replayId: randomUUID() });
    const frozen = `select workspace_id, epoch, unproven_blocks as blocks, unproven_epoch as of
                      from deletion where organization_id = $1 and state = 'purging' order by unproven_blocks`;
    const { rows: expected } = await db.pool.query(frozen, [org]);
    expect(expected).toMatchObject([
      { workspace_id: id, epoch: 3, blocks: 5, of: 1 },
      { workspace_id: other, epoch: 2, blocks: null },
    ]);
    const text = await readFile(new URL('0007-unproven-blocks.sql', MIGRATIONS), 'utf8');
    const backfill = /with recursive[^;]*;/.exec(text)![0];
    await db.pool.query(`alter table deletion disable trigger unproven_blocks_stay;
                         update deletion set unproven_blocks = null, unproven_epoch = null, unproven_reason = null where state = 'purging';
                         ${backfill}
                         alter table deletion enable trigger unproven_blocks_stay`);
    expect((await db.pool.query(frozen, [org])).rows).toEqual(expected);
  });
});

describe('no statement, whoever writes it,', () => {
  it('forgets the blocks that were never shown to be gone, or certifies fewer', async () => {
    const org = await world.organization();
    const id = await unproven(org);
    await world.replay({ organizationId: org, ...UNPROVEN });
    for (const participant of ['blob-sweeper', 'realm-purge'])
      expect(await report(db.pool, participant, id, evidence(NONE), 2)).toEqual({});
    for (const change of [
      'unproven_blocks = null, unproven_epoch = null, unproven_reason = null',
      'unproven_blocks = 4',
      'unproven_epoch = 2',
      `unproven_reason = 'another'`,
      'purged_time = clock_timestamp()',
    ])
      await expect(
        db.pool.query(`update deletion set ${change} where workspace_id = $1 and epoch = 2`, [id]),
        change,
      ).rejects.toMatchObject({ code: '23514' });
  });
});
