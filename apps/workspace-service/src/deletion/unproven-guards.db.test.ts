import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certifiedWorld, UNPROVEN, type CertifiedWorld } from '../testing/replays.js';
import { reportProgress } from '../testing/statements.js';
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

const SAID = { blocksTotal: 5, blocksSwept: 3, blocksRetained: 0, blocksBlocked: 2, bytesTotal: 0 };
const REFUSED = { code: '23514', constraint: 'replay_keeps_unproven_blocks' };
/** What an instance of any version writes first. How many it wrote, and nothing is kept. */
async function insertReplay(id: string, epoch: number, blocks: number | null): Promise<number | null> {
  const client = await db.pool.connect();
  try {
    await client.query('begin');
    await client.query(
      `update deletion set superseded_time = clock_timestamp() where workspace_id = $1 and epoch = $2 and state = 'purging'`,
      [id, epoch],
    );
    const { rowCount } = await client.query(
      `insert into deletion (deletion_id, workspace_id, organization_id, epoch, kind, requested_by, delete_time, purge_time,
                             purge_mode, grant_time, granted_by, sweep_delay_seconds, replay_of, replay_id, unproven_blocks, unproven_epoch)
       select gen_random_uuid(), workspace_id, organization_id, epoch + 1, kind, requested_by, delete_time, purge_time,
              purge_mode, clock_timestamp(), 'op-1', 0, deletion_id, gen_random_uuid(), $3::bigint, case when $3 is not null then 1 end
         from deletion where workspace_id = $1 and epoch = $2`,
      [id, epoch, blocks],
    );
    return rowCount;
  } finally {
    await client.query('rollback');
    client.release();
  }
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
    const again = () =>
      db.pool.query(`alter table deletion disable trigger unproven_blocks_stay;
                         update deletion set unproven_blocks = null, unproven_epoch = null, unproven_reason = null where state = 'purging';
                         ${backfill}
                         alter table deletion enable trigger unproven_blocks_stay`);
    await again();
    expect((await db.pool.query(frozen, [org])).rows).toEqual(expected);

    // What all who count blocks said alike was shown to be gone.
    await db.pool.query(`alter table deletion_participant disable trigger evidence_stays`);
    await db.pool.query(
      `update deletion_participant p set evidence = shown.evidence, report_time = clock_timestamp(), report_form = 2
         from deletion d, deletion_participant shown
        where d.deletion_id = p.deletion_id and d.workspace_id = $1 and d.epoch = 1 and p.participant = 'blob-sweeper'
          and shown.deletion_id = d.deletion_id and shown.participant = 'realm-purge'`,
      [id],
    );
    await db.pool.query(`alter table deletion_participant enable trigger evidence_stays`);
    await again();
    expect((await db.pool.query(frozen, [org])).rows).toMatchObject([{ blocks: null }, { blocks: null }]);
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

  it('replays over counted blocks without their number, as the version before does', async () => {
    const org = await world.organization();
    const [reported, said, again, empty] = [
      await unproven(org),
      await world.purging(org),
      await unproven(org),
      await world.purging(org),
    ];
    await reportProgress(db.pool, 'realm-purge', {
      ...{ workspaceId: said, epoch: 1, conditions: [] },
      progress: { ...SAID, blocksPerSecond: 0, estimatedEndTime: undefined },
    });
    await world.replay({ organizationId: org, ...UNPROVEN });
    await report(db.pool, 'realm-purge', empty, evidence(NONE));
    for (const [id, blocks, epoch] of [
      [reported, null, 2],
      [said, null, 1],
      [said, 4, 1],
      [again, 4, 2],
    ] as const)
      await expect(insertReplay(id, epoch, blocks), id).rejects.toMatchObject(REFUSED);
    for (const [id, blocks, epoch] of [
      [again, 5, 2],
      [said, 5, 1],
      [empty, null, 1],
    ] as const)
      expect(await insertReplay(id, epoch, blocks)).toBe(1);
  });

  it('replays what all have counted alike and is about to be certified', async () => {
    const org = await world.organization();
    const id = await unproven(org);
    await report(db.pool, 'blob-sweeper', id);
    for (const blocks of [null, 5]) await expect(insertReplay(id, 1, blocks)).rejects.toMatchObject(REFUSED);
    await world.certify();
    expect(await insertReplay(id, 1, null)).toBe(1);
  });
});
