import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { StartPurgeRequest } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getGrantRpc } from '../get-grant/get-grant.rpc.js';
import { auditAbout } from '../testing/audit.sql.js';
import { dump } from '../testing/dump.sql.js';
import { interventionsIn } from '../testing/interventions.js';
import { byLoop, expectBoth, KINDS, race, reasonOf, softDelete } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, hold, PARTICIPANTS, revoke } from '../testing/world.sql.js';
import { startPurgeRpc } from '../start-purge/start-purge.rpc.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', {});
  await addOrganization(db.pool, 'hand', { mode: 'manual' });
  await addOrganization(db.pool, 'slow', { graceSeconds: 3600, orphanDelaySeconds: 3600 });
  await addOrganization(db.pool, 'sealed', { sequestered: true });
  for (const organization of ['org1', 'hand', 'slow', 'sealed']) {
    await addUser(db.pool, organization, `${organization}-ann`);
    await addUser(db.pool, organization, `${organization}-gone`);
    await revoke(db.pool, `${organization}-gone`, 60);
  }
});
afterAll(() => db.drop());
const { release } = interventionsIn(() => db.pool);

const workspace = (organization = 'org1', user = 'ann') =>
  addWorkspace(db.pool, organization, { [`${organization}-${user}`]: 'ADMIN' });
async function deleted(organization = 'org1'): Promise<string> {
  const id = await workspace(organization);
  await softDelete(db.pool, id);
  return id;
}
type Order = Partial<Omit<StartPurgeRequest, 'kind'>> & { readonly kind?: keyof typeof KINDS };
const start = (workspaceId: string, { kind = 'deletion_planned', ...order }: Order = {}) =>
  startPurgeRpc(
    db.pool,
    PARTICIPANTS,
  )({
    ...{ organizationId: 'org1', workspaceId, kind: KINDS[kind], orderedBy: 'o' },
    ...{ validateOnly: false, keepBlocks: false },
    ...order,
  });
const tryStart = (workspaceId: string, order: Order = {}) => reasonOf(start(workspaceId, order));

describe('StartPurge with validate_only', () => {
  it.each(['deletion_planned', 'orphaned'] as const)(
    'answers the grant of a %s workspace that there would be, and leaves no trace',
    async (kind) => {
      const id = kind === 'orphaned' ? await workspace('org1', 'gone') : await deleted();
      const before = await dump(db.pool);
      const looked = await start(id, { kind, validateOnly: true, keepBlocks: true });
      expect(await dump(db.pool)).toEqual(before);
      const done = await start(id, { kind, keepBlocks: true });
      expect(looked.grant).toEqual({
        ...done.grant,
        deletionId: '',
        grantTime: looked.grant?.grantTime,
        sweepTime: looked.grant?.grantTime, // no delay: with the metadata
        participants: done.grant?.participants,
      });
      expect(looked.grant).toMatchObject({ workspaceId: id, epoch: 1, blocksKept: true });
      expect(done.grant?.deletionId).not.toBe('');
    },
  );

  it('answers the grant that there is, without its id', async () => {
    const id = await deleted();
    const { grant } = await start(id);
    const before = await dump(db.pool);
    expect((await start(id, { validateOnly: true })).grant).toEqual({ ...grant, deletionId: '' });
    expect(await tryStart(id, { validateOnly: true, keepBlocks: true })).toBe('GRANTED_OTHERWISE');
    expect(await dump(db.pool)).toEqual(before);
  });

  it('refuses what it would refuse in earnest, each with a reason and words of its own', async () => {
    const held = await deleted();
    await hold(db.pool, held);
    const purged = await deleted();
    await byLoop(db.pool, 'org1', purged);
    await db.pool.query(`update workspace set state = 'purged', name = null where workspace_id = $1`, [
      purged,
    ]);
    const cases: [string, string, Order][] = [
      ['ORGANIZATION_NOT_FOUND', await deleted(), { organizationId: 'org' }],
      ['WORKSPACE_NOT_FOUND', randomUUID(), {}],
      ['ALREADY_PURGED', purged, {}],
      ['NOT_DELETABLE', await workspace(), {}],
      ['NOT_DUE', await deleted('slow'), { organizationId: 'slow' }],
      ['HELD', held, {}],
      ['SEQUESTERED', await workspace('sealed', 'gone'), { organizationId: 'sealed', kind: 'orphaned' }],
      ['NOT_DELETABLE', await workspace(), { kind: 'orphaned' }],
      ['NOT_DUE', await workspace('slow', 'gone'), { organizationId: 'slow', kind: 'orphaned' }],
    ];
    const before = await dump(db.pool);
    const said = new Map<string, string>();
    for (const [reason, id, order] of cases)
      for (const validateOnly of [true, false]) {
        const error: unknown = await start(id, { ...order, validateOnly }).catch((e: unknown) => e);
        expect(error).toBeInstanceOf(RefusalError);
        expect((error as RefusalError).reason).toBe(reason);
        said.set(reason, (error as RefusalError).message);
      }
    expect(new Set(said.values()).size).toBe(said.size);
    expect(await dump(db.pool)).toEqual(before);
  });

  it('decides behind the lock: it waits for a hold that is being placed, and refuses', async () => {
    const id = await deleted('hand');
    const holding = await db.pool.connect();
    await holding.query('begin');
    await holding.query(`select from workspace where workspace_id = $1 for update`, [id]);
    const looking = tryStart(id, { organizationId: 'hand', validateOnly: true });
    for (let waiting = 0; waiting === 0;)
      waiting = (await holding.query(`select from pg_locks where not granted`)).rowCount ?? 0;
    await holding.query(
      `insert into hold (hold_id, workspace_id, origin, reason, placed_by, by_operator) values ($1, $2, 'court', 'r', 'o', true)`,
      [randomUUID(), id],
    );
    await holding.query('commit');
    holding.release();
    expect(await looking).toBe('HELD');
  });
});

describe('StartPurge with keep_blocks', () => {
  it.each(['deletion_planned', 'orphaned'] as const)(
    'freezes it with the grant of a %s one, where participants see it, and says so in the audit',
    async (kind) => {
      const id = kind === 'orphaned' ? await workspace('org1', 'gone') : await deleted();
      const { grant } = await start(id, { kind, keepBlocks: true });
      expect(grant?.blocksKept).toBe(true);
      expect((await getGrantRpc(db.pool)({ workspaceId: id, epoch: 1 })).grant?.blocksKept).toBe(true);
      expect((await auditAbout(db.pool, id)).map(({ detail }) => detail)).toEqual([
        { change: 'purge_ordered', deletionId: grant?.deletionId, keepBlocks: true },
      ]);
      await expect(
        db.pool.query(`update deletion set keep_blocks = false where workspace_id = $1`, [id]),
      ).rejects.toThrow(/not taken back/);
    },
  );

  it('answers a repetition the same grant, whether that asks to keep or not', async () => {
    const id = await deleted();
    const first = await start(id, { keepBlocks: true });
    expect(await start(id, { keepBlocks: true })).toEqual(first);
    expect(await start(id)).toEqual(first);
  });

  it('is refused where a grant does not keep the blocks, or does not any more', async () => {
    const id = await deleted();
    await start(id);
    expect(await tryStart(id, { keepBlocks: true })).toBe('GRANTED_OTHERWISE');
    const released = await deleted();
    await start(released, { keepBlocks: true });
    await release(released);
    expect(await tryStart(released, { keepBlocks: true })).toBe('GRANTED_OTHERWISE');
    expect(await tryStart(released)).toMatchObject({ grant: { blocksKept: false } });
  });

  it('is never the loop’s, and whoever comes second is told: no order to keep is lost', async () => {
    const ids: string[] = [];
    const results = await race(100, async (n) => {
      const id = (ids[n] = await deleted());
      return [() => byLoop(db.pool, 'org1', id), () => tryStart(id, { keepBlocks: true })];
    });
    for (const [n, [loop, ordered]] of results.entries()) {
      const { grant } = await getGrantRpc(db.pool)({ workspaceId: ids[n]!, epoch: 1 });
      expect(loop.kind).toBe('granted');
      if (grant?.blocksKept) expect(ordered).toMatchObject({ grant: { blocksKept: true } });
      else expect(ordered).toBe('GRANTED_OTHERWISE');
    }
    expectBoth(results.map(([, ordered]) => ordered === 'GRANTED_OTHERWISE'));
  });
});
