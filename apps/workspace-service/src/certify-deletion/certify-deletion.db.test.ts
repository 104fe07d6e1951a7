import { fileURLToPath } from 'node:url';
import { certificateHash, verifyCertificate, type CertificateKey } from '@lethe/certificate';
import { createLogger, createMetrics } from '@lethe/telemetry';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byLoop, certificateKey, evidence, report, softDelete } from '../testing/stories.js';
import { addBucket, addOrganization, addUser, addWorkspace, see } from '../testing/world.sql.js';
import { certifyDeletions } from './certify-deletion.loop.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const [logger, metrics] = [createLogger('test', 'silent'), createMetrics('test')];
let db: TestDatabase;
let key: CertificateKey;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  ({ key } = await certificateKey());
});
afterAll(() => db.drop());

const certify = () =>
  certifyDeletions({ pool: db.pool, key: () => Promise.resolve(key), issuer: 'lethe', logger, metrics });

/** Granted in an organization of its own, so that chains do not meet. */
async function granted(organization: string): Promise<string> {
  const { rowCount } = await db.pool.query(`select from organization where organization_id = $1`, [
    organization,
  ]);
  if (rowCount === 0) {
    await addOrganization(db.pool, organization, {});
    await addUser(db.pool, organization, `${organization}-ann`);
  }
  const id = await addWorkspace(db.pool, organization, { [`${organization}-ann`]: 'ADMIN' });
  const bucket = await addBucket(db.pool, id);
  await db.pool.query(`update bucket set delete_time = now() where bucket_id = $1`, [bucket]);
  await softDelete(db.pool, id);
  await byLoop(db.pool, organization, id);
  return id;
}
const reportBoth = async (id: string, other = evidence({ stores: [] })) => {
  expect(await report(db.pool, 'blob-sweeper', id)).toEqual({});
  expect(await report(db.pool, 'realm-purge', id, other)).toEqual({});
};

/** The organization's certificates in order, each verified. */
async function chainOf(organization: string) {
  const { rows } = await db.pool.query<{ jws: string; sequence: number }>(
    `select jws, sequence from certificate where organization_id = $1 order by sequence`,
    [organization],
  );
  return Promise.all(
    rows.map(async ({ jws, sequence }) => {
      const verified = await verifyCertificate(jws, { keys: [key.publicJwk] });
      if (verified.kind !== 'verified') throw new Error(verified.kind);
      return { jws, sequence, claims: verified.claims };
    }),
  );
}

describe('certifyDeletions', () => {
  it('waits until all have reported, then certifies what they said and removes name, members and resources', async () => {
    const id = await granted('one');
    await certify();
    await report(db.pool, 'blob-sweeper', id);
    await certify();
    expect((await see(db.pool, id)).certificates).toBe(0);
    await report(db.pool, 'realm-purge', id, evidence({ stores: [] }));
    expect((await certify()).counts).toMatchObject({ certified: 1 });
    expect(await see(db.pool, id)).toMatchObject({
      state: 'purged',
      name: null,
      members: [],
      children: 0,
      deletions: ['deletion_planned 1 purged'],
      certificates: 1,
      events: ['workspace.purge_started', 'workspace.purged'],
    });
    const [certificate] = await chainOf('one');
    expect(certificate?.claims).toMatchObject({
      workspaceId: id,
      epoch: 1,
      sequence: 1,
      previous: null,
      blocks: { total: 5, swept: 4, retained: 1 },
      participants: [
        { participant: 'blob-sweeper', stores: ['primary'] },
        { participant: 'realm-purge' },
        { participant: 'workspace-service', removed: { memberships: 1, buckets: 1, repositories: 0 } },
      ],
    });
    expect(JSON.stringify(certificate?.claims)).not.toMatch(/secret plans|example\.org/);
    await certify();
    expect((await see(db.pool, id)).certificates).toBe(1);
  });

  it('never certifies reports that contradict each other, and goes on with those behind them', async () => {
    const contradicting: string[] = [];
    for (let n = 0; n < 55; n++) {
      const id = await granted('odd');
      await reportBoth(id, evidence({ blocksTotal: 6, blocksSwept: 5 }));
      contradicting.push(id);
    }
    const sound = await granted('odd');
    await reportBoth(sound);
    expect((await certify()).counts).toMatchObject({ certified: 1, contradictions: 55 });
    expect((await see(db.pool, sound)).state).toBe('purged');
    for (const id of contradicting) expect((await see(db.pool, id)).state).toBe('purging');
    expect(await chainOf('odd')).toHaveLength(1);
  });

  it('writes one certificate for each and a gapless chain, however many certify at once', async () => {
    const ids = await Promise.all(
      Array.from({ length: 8 }, () => granted('busy').catch(() => granted('busy'))),
    );
    for (const id of ids) await reportBoth(id);
    for (let round = 0; round < 8; round++) await Promise.all([certify(), certify(), certify()]);
    for (const id of ids) expect(await see(db.pool, id)).toMatchObject({ state: 'purged', certificates: 1 });
    const chain = await chainOf('busy');
    expect(chain.map(({ claims }) => claims.sequence)).toEqual(ids.map((_, n) => n + 1));
    for (const [n, { claims }] of chain.entries())
      expect(claims.previous).toBe(n === 0 ? null : certificateHash(chain[n - 1]!.jws));
    expect(new Set(chain.map(({ claims }) => claims.workspaceId))).toEqual(new Set(ids));
    for (const id of ids)
      expect((await see(db.pool, id)).events.filter((type) => type === 'workspace.purged')).toHaveLength(1);
  });
});
