import { fileURLToPath } from 'node:url';
import type { CertificateKey } from '@lethe/certificate';
import { createLogger, createMetrics } from '@lethe/telemetry';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeDeletion } from '../deletion/describe-deletion.js';
import { PATIENCE } from '../deletion/standstill.js';
import { newestDeletion } from '../deletion/deletion.sql.js';
import { auditAbout } from '../testing/audit.sql.js';
import { interventionsIn } from '../testing/interventions.js';
import {
  byOperator,
  certificateKey,
  evidence,
  expectBoth,
  race,
  report,
  softDelete,
} from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, see } from '../testing/world.sql.js';
import { certifyDeletions } from './certify-deletion.loop.js';
import { certifyDeletion } from './certify-deletion.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const [logger, metrics] = [createLogger('test', 'silent'), createMetrics('test')];
let db: TestDatabase;
let key: CertificateKey;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', {});
  await addUser(db.pool, 'org1', 'ann');
  ({ key } = await certificateKey());
});
afterAll(() => db.drop());
const { pause, resume, release } = interventionsIn(() => db.pool);

const NO_BLOCKS = { pages: 0, blocksTotal: 0, blocksSwept: 0, blocksRetained: 0, stores: [] };
async function reported(keepBlocks = false, blocks: Parameters<typeof evidence>[0] = {}): Promise<string> {
  const id = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
  await softDelete(db.pool, id);
  await byOperator(db.pool, 'org1', id, 'deletion_planned', keepBlocks);
  for (const participant of ['blob-sweeper', 'realm-purge'])
    expect(await report(db.pool, participant, id, evidence(blocks))).toEqual({});
  return id;
}
const rowOf = async (id: string) => (await newestDeletion(db.pool, 'org1', id))!;
const certifyOne = async (id: string, row?: Awaited<ReturnType<typeof rowOf>>) =>
  certifyDeletion(db.pool, key, 'lethe', row ?? (await rowOf(id)));
const certifyAll = () =>
  certifyDeletions({ pool: db.pool, key: () => Promise.resolve(key), issuer: 'lethe', logger, metrics });

describe('a certificate', () => {
  it('is withheld while the purge is paused, though all have reported, and written once it is resumed', async () => {
    const id = await reported();
    await pause(id);
    expect(await certifyOne(id)).toEqual({ kind: 'withheld', because: 'paused' });
    expect((await certifyAll()).counts).toMatchObject({ found: 0, certified: 0, failed: 0 });
    expect(await see(db.pool, id)).toMatchObject({ state: 'purging', certificates: 0 });
    await resume(id);
    expect((await certifyAll()).counts).toMatchObject({ certified: 1 });
    expect(await see(db.pool, id)).toMatchObject({ state: 'purged', certificates: 1 });
  });

  it('is withheld while blocks are kept, though all have reported, and written once they are released', async () => {
    const id = await reported(true, NO_BLOCKS);
    expect(await certifyOne(id)).toEqual({ kind: 'withheld', because: 'blocks_kept' });
    expect((await certifyAll()).counts).toMatchObject({ found: 0, certified: 0, failed: 0 });
    expect(await see(db.pool, id)).toMatchObject({ state: 'purging', certificates: 0 });
    await release(id);
    await pause(id);
    expect(await certifyOne(id)).toMatchObject({ kind: 'withheld', because: 'paused' });
    await resume(id);
    expect((await certifyAll()).counts).toMatchObject({ certified: 1 });
    expect(await see(db.pool, id)).toMatchObject({ state: 'purged', certificates: 1 });
  });

  it('is never written when blocks were reported gone while they were kept', async () => {
    const id = await reported(true);
    await release(id);
    expect(await certifyOne(id)).toEqual({
      kind: 'contradiction',
      reason: 'blob-sweeper reported blocks gone while they were kept',
    });
    expect((await certifyAll()).counts).toMatchObject({ certified: 0, contradictions: 1 });
    const { deletion } = await describeDeletion(db.pool, await rowOf(id), PATIENCE);
    expect(deletion.conditions).toMatchObject([{ type: 'ReportsContradict' }]);
    await pause(id); // out of the way of the tests behind it
  });

  it('is not written upon what was read before a pause', async () => {
    const id = await reported();
    const before = await rowOf(id);
    await pause(id);
    expect(await certifyOne(id, before)).toEqual({ kind: 'raced' });
    expect(await see(db.pool, id)).toMatchObject({ state: 'purging', certificates: 0, name: 'secret plans' });
    const kept = await reported(true);
    const claimed = { ...(await rowOf(kept)), keep_blocks: false };
    expect(await certifyOne(kept, claimed)).toEqual({ kind: 'raced' });
    expect(await see(db.pool, kept)).toMatchObject({ state: 'purging', certificates: 0 });
  });

  it('and a pause have an order, every time: paused and uncertified, or certified and too late', async () => {
    const ids: string[] = [];
    const results = await race(100, async (n) => {
      const id = (ids[n] = await reported());
      const row = await rowOf(id);
      return [
        async () => {
          // A certificate takes several statements: the pause comes at another moment in each round.
          for (let looks = n % 6; looks > 0; looks--) await see(db.pool, id);
          return pause(id);
        },
        async () => {
          let outcome = await certifyOne(id, row);
          // Another certificate of the organization may have been faster.
          while (outcome.kind === 'raced' && (await rowOf(id)).pause_time === null)
            outcome = await certifyOne(id, row);
          return outcome.kind;
        },
      ];
    });
    for (const [n, [paused, certified]] of results.entries()) {
      const seen = await see(db.pool, ids[n]!);
      if (certified === 'certified') expect([paused, seen.state]).toEqual(['NOT_PURGING', 'purged']);
      else expect([paused, seen.state]).toMatchObject([{ paused: true }, 'purging']);
      expect(seen.certificates).toBe(certified === 'certified' ? 1 : 0);
      expect(await auditAbout(db.pool, ids[n]!)).toHaveLength(certified === 'certified' ? 1 : 2);
    }
    expectBoth(results.map(([, certified]) => certified === 'certified'));
  });
});
