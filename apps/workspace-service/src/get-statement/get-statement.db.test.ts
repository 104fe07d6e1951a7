import { fileURLToPath } from 'node:url';
import { verifyStatement, type CertificateKey } from '@lethe/certificate';
import { Condition } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { interventionsIn } from '../testing/interventions.js';
import { certifyAll, reportProgress } from '../testing/statements.js';
import {
  byLoop,
  byOperator,
  callerNamed,
  certificateKey,
  contextOf,
  evidence,
  reasonOf,
  report,
  softDelete,
} from '../testing/stories.js';
import { watchedPool } from '../testing/watched-pool.js';
import { addOrganization, addUser, addWorkspace } from '../testing/world.sql.js';
import { getStatementRpc } from './get-statement.rpc.js';

let db: TestDatabase;
let key: CertificateKey;
beforeAll(async () => {
  db = await createTestDatabase(fileURLToPath(new URL('../../migrations', import.meta.url)));
  await addOrganization(db.pool, 'org1', {});
  for (const user of ['ann', 'ben']) await addUser(db.pool, 'org1', user);
  ({ key } = await certificateKey());
});
afterAll(() => db.drop());

const { pause } = interventionsIn(() => db.pool);
async function deleted(): Promise<string> {
  const id = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
  await softDelete(db.pool, id);
  return id;
}
const ask = (workspaceId: string, user?: string, pool = db.pool) =>
  getStatementRpc(pool, { current: () => Promise.resolve(key) })(
    { workspaceId, caller: user === undefined ? undefined : callerNamed(user) },
    contextOf(user === undefined ? 'operator' : 'gateway'),
  );
async function statementOf(workspaceId: string, pool = db.pool) {
  const { jws } = await ask(workspaceId, undefined, pool);
  const verified = await verifyStatement(jws, { keys: [key.publicJwk] });
  if (verified.kind !== 'verified') throw new Error(verified.kind);
  return verified.claims;
}

describe('GetDeletionStatement', () => {
  it('says who has reported, what is blocked and until when, and no word of anybody', async () => {
    const id = await deleted();
    await byOperator(db.pool, 'org1', id);
    await report(db.pool, 'blob-sweeper', id);
    const until = new Date('2030-01-01T00:00:00Z');
    const blocked = Condition.fromPartial({
      type: 'Blocked',
      message:
        '3 blocks in 1 page cannot be deleted: primary: 3 blocked until 2030-01-01T00:00:00Z, says Bob',
      until,
    });
    const progress = { blocksTotal: 5, blocksSwept: 1, blocksRetained: 1, blocksBlocked: 3, bytesTotal: 77 };
    await reportProgress(db.pool, 'realm-purge', {
      ...{ workspaceId: id, epoch: 1, conditions: [blocked] },
      progress: { ...progress, blocksPerSecond: 0, estimatedEndTime: undefined },
    });
    await pause(id);
    const claims = await statementOf(id);
    expect(claims).toMatchObject({
      statement: 'interim: the deletion is not complete',
      workspaceId: id,
      epoch: 1,
      grantedBy: 'operator',
      paused: true,
      participants: [
        { participant: 'blob-sweeper', reportTime: expect.any(String) },
        { participant: 'realm-purge', reportTime: null },
      ],
    });
    expect(claims.conditions).toContainEqual({
      ...{ type: 'Blocked', source: 'realm-purge', reason: 'Locked', blocks: 3 },
      ...{ since: null, until: until.toISOString() },
    });
    expect(claims.conditions.map(({ type }) => type)).toEqual(['Blocked', 'Paused', 'ReportPending']);
    expect(JSON.stringify(claims)).not.toMatch(/Bob|operator-1|secret plans|example\.org|says|cannot/);
  });

  it('is refused before the grant, and once there is a certificate', async () => {
    const id = await deleted();
    expect(await reasonOf(ask(id))).toBe('NOT_PURGING');
    await byLoop(db.pool, 'org1', id);
    expect((await statementOf(id)).progress).toBeNull();
    for (const participant of ['blob-sweeper', 'realm-purge'])
      await report(db.pool, participant, id, evidence());
    expect((await statementOf(id)).conditions).toMatchObject([{ type: 'CertificatePending' }]);
    await certifyAll(db.pool, key);
    expect(await reasonOf(ask(id))).toBe('ALREADY_CERTIFIED');
  });

  it('is never dated after the certificate, though that is written while it is put together', async () => {
    const id = await deleted();
    await byLoop(db.pool, 'org1', id);
    for (const participant of ['blob-sweeper', 'realm-purge'])
      await report(db.pool, participant, id, evidence());
    // Behind the deletion's row everything waits until it is certified.
    let certifying: Promise<unknown> | undefined;
    const { pool } = watchedPool(db.pool, (_, { text }) => {
      if (text.includes('deletion_participant')) certifying ??= certifyAll(db.pool, key);
      return certifying ?? Promise.resolve();
    });
    const { statedTime } = await statementOf(id, pool);
    const { rows } = await db.pool.query<{ issue_time: Date }>(
      `select issue_time from certificate join deletion using (deletion_id) where workspace_id = $1`,
      [id],
    );
    expect(new Date(statedTime).getTime()).toBeLessThanOrEqual(rows[0]!.issue_time.getTime());
  });

  it('is visible to whom the deletion is', async () => {
    const id = await deleted();
    await byLoop(db.pool, 'org1', id);
    expect(await reasonOf(ask(id, 'ben'))).toBe('WORKSPACE_NOT_FOUND');
    expect(await reasonOf(ask(id, 'nobody'))).toBe('USER_NOT_FOUND');
  });
});
