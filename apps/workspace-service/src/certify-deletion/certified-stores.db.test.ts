import { fileURLToPath } from 'node:url';
import { NOTHING_FOUND, verifyCertificate, type CertificateKey } from '@lethe/certificate';
import { ErasureEvidence } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certifyAll } from '../testing/statements.js';
import {
  byLoop,
  byOperator,
  certificateKey,
  evidence,
  report,
  softDelete,
  storeEvidence,
} from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, reportInFirstForm } from '../testing/world.sql.js';

let db: TestDatabase;
let key: CertificateKey;
beforeAll(async () => {
  db = await createTestDatabase(fileURLToPath(new URL('../../migrations', import.meta.url)));
  await addOrganization(db.pool, 'org1', {});
  await addUser(db.pool, 'org1', 'ann');
  ({ key } = await certificateKey());
});
afterAll(() => db.drop());

async function deleted(grant: typeof byLoop = byLoop): Promise<string> {
  const id = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
  await softDelete(db.pool, id);
  await grant(db.pool, 'org1', id);
  return id;
}
async function certified(workspaceId: string) {
  expect((await certifyAll(db.pool, key)).counts).toMatchObject({ certified: 1 });
  const { rows } = await db.pool.query<{ jws: string }>(
    `select jws from certificate join deletion using (deletion_id) where workspace_id = $1`,
    [workspaceId],
  );
  const verified = await verifyCertificate(rows[0]!.jws, { keys: [key.publicJwk] });
  if (verified.kind !== 'verified') throw new Error(verified.kind);
  return verified.claims;
}
const silent = { stores: [], byStore: [] };

describe('a certificate', () => {
  it('says of each store what it held, bytes, who granted, and what NIST asks for', async () => {
    const id = await deleted((pool, organization, workspace) => byOperator(pool, organization, workspace));
    const store = storeEvidence({ keysFound: 3, keysMissing: 1 });
    await report(db.pool, 'blob-sweeper', id, evidence({ byStore: [store] }));
    await report(db.pool, 'realm-purge', id, evidence({ ...silent, bytesTotal: 77 }));
    const claims = await certified(id);
    expect(claims).toMatchObject({
      ...{ version: 2, grantedBy: 'operator', requestedBy: 'somebody', bytesTotal: 77, exceptions: [] },
      ...{ stores: [store], service: { name: 'workspace-service' } },
      sanitization: {
        method: 'Clear',
        mediaType: ['s3'],
        mediaIds: [store.storeId],
        verifiedBy: 'workspace-service',
      },
    });
    expect(JSON.stringify(claims)).not.toMatch(/operator-1|secret plans|example\.org/);
  });

  it('says first that no store held anything, and which store did not', async () => {
    const missing = { keysFound: 0, keysMissing: 4 };
    const id = await deleted();
    await report(db.pool, 'blob-sweeper', id, evidence({ byStore: [storeEvidence(missing)] }));
    await report(db.pool, 'realm-purge', id, evidence(silent));
    expect((await certified(id)).limits[0]).toBe(NOTHING_FOUND);
    const other = await deleted();
    const second = { store: 'second', storeId: '00000000-0000-4000-8000-000000000002' };
    const byStore = [storeEvidence(), storeEvidence({ ...missing, ...second })];
    await report(db.pool, 'blob-sweeper', other, evidence({ stores: ['primary', 'second'], byStore }));
    await report(db.pool, 'realm-purge', other, evidence(silent));
    expect((await certified(other)).limits[0]).toBe(
      'The sweeps that verified these blocks found nothing under their keys in the store second.',
    );
  });

  it('is one of version 1 for reports from before there was evidence by store, which may be repeated', async () => {
    const id = await deleted();
    const old = ErasureEvidence.toJSON(evidence({ byStore: [] }));
    await reportInFirstForm(db.pool, id, 'blob-sweeper', old);
    expect(await report(db.pool, 'blob-sweeper', id, evidence())).toEqual({});
    expect(await report(db.pool, 'blob-sweeper', id, evidence({ pages: 2 }))).toBe('EVIDENCE_CHANGED');
    await report(db.pool, 'realm-purge', id, evidence(silent));
    const claims = await certified(id);
    expect(claims).toMatchObject({ version: 1, blocks: { total: 5 } });
    expect(claims).not.toHaveProperty('stores');
  });

  it('is one of version 1 for such a report of blocks that were all retained, too', async () => {
    const id = await deleted();
    const retained = { blocksSwept: 0, blocksRetained: 5 };
    const old = ErasureEvidence.toJSON(evidence({ ...retained, byStore: [] }));
    await reportInFirstForm(db.pool, id, 'blob-sweeper', old);
    await report(db.pool, 'realm-purge', id, evidence({ ...retained, ...silent }));
    expect(await certified(id)).toMatchObject({ version: 1, blocks: { total: 5, swept: 0, retained: 5 } });
  });

  it('is never written of a report that names stores without evidence: it is refused', async () => {
    const id = await deleted();
    for (const blocks of [
      { blocksSwept: 0, blocksRetained: 5, byStore: [] },
      { byStore: [] },
      { byStore: [storeEvidence({ keysFound: 3 })] },
      { byStore: [storeEvidence({ storeId: 'no id' })] },
      { byStore: [storeEvidence({ versionsDeleted: -1 })] },
      { bytesTotal: -1 },
    ])
      expect(await report(db.pool, 'blob-sweeper', id, evidence(blocks))).toBe('INVALID_ARGUMENT');
    expect(await report(db.pool, 'blob-sweeper', id)).toEqual({});
  });
});
