import { verifyCertificate } from '@lethe/certificate';
import { pageLeaf } from '@lethe/contracts';
import { merkleRoot } from '@lethe/merkle';
import type { Pool } from '@lethe/postgres';
import type { JSONWebKeySet } from 'jose';
import { listStored, listUnfinished, type Bucket, type Stored } from './bucket-listing.js';
import { findDoubledEffects, type Databases } from './doubled-effects.js';
import type { SampleWorkspace } from './world.js';

/** What the world must look like now, as those who made it know it. */
export interface Expectation extends SampleWorkspace {
  /** `lives`: nothing of it may be missing. `purged`: nothing may be left, and a certificate says so. */
  readonly fate: 'lives' | 'purged';
  /** What state the workspace must have, of those that live. */
  readonly state?: 'active' | 'deleted';
  /** Blocks of a purged one that a living one shares: they stay. */
  readonly retained?: readonly string[];
  readonly vlobs?: number;
}

/** The four counts that must be zero, and for each what was found. */
export interface Findings {
  /** W: deleted what should live. */
  readonly wrongDeletions: string[];
  /** L: left what should be gone. */
  readonly leftovers: string[];
  /** C: certified what is not so. */
  readonly falseCertificates: string[];
  /** D: did twice what happens once. */
  readonly doubledEffects: string[];
}

export interface Witnesses extends Databases, Bucket {
  readonly keys: JSONWebKeySet;
  /** Whether the databases may hold certificates of workspaces that nobody expects anything of; else each is a false one. */
  readonly strangers?: boolean;
}

/** Asks the databases and the object storage themselves; believes no service. */
export async function askOracle(
  witnesses: Witnesses,
  expectations: readonly Expectation[],
): Promise<Findings> {
  const findings: Findings = { wrongDeletions: [], leftovers: [], falseCertificates: [], doubledEffects: [] };
  const [objects, uploads] = [await listStored(witnesses), await listUnfinished(witnesses)];
  for (const expected of expectations) {
    if (expected.fate === 'lives') await judgeLiving(witnesses, expected, objects, findings);
    else await judgePurged(witnesses, expected, objects, uploads, findings);
  }
  await judgeCertificates(witnesses, expectations, findings);
  findings.doubledEffects.push(...(await findDoubledEffects(witnesses)));
  return findings;
}

const keyOf = (expected: Expectation, block: string) => `${expected.organizationId}/${block}`;

async function count(pool: Pool, sql: string, values: unknown[]): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(`select count(*)::int as n from ${sql}`, values);
  return rows[0]?.n ?? -1;
}

async function judgeLiving(
  at: Witnesses,
  expected: Expectation,
  objects: Stored,
  { wrongDeletions }: Findings,
): Promise<void> {
  const { workspaceId, blocks, state = 'active' } = expected;
  const missing = blocks.filter((block) => !objects.live.has(keyOf(expected, block)));
  if (missing.length > 0) wrongDeletions.push(`${workspaceId}: ${missing.length} objects are gone`);
  const rows = await count(at.realm, 'block where realm_id = $1', [workspaceId]);
  if (rows !== blocks.length)
    wrongDeletions.push(`${workspaceId}: ${blocks.length - rows} block rows are gone`);
  const vlobs = await count(at.realm, 'vlob_atom where realm_id = $1', [workspaceId]);
  if (vlobs !== (expected.vlobs ?? 10)) wrongDeletions.push(`${workspaceId}: vlobs are gone`);
  if ((await count(at.realm, 'key_bundle where realm_id = $1', [workspaceId])) !== 1)
    wrongDeletions.push(`${workspaceId}: keys are gone`);
  const kept = `workspace where workspace_id = $1 and state = $2 and name is not null`;
  if ((await count(at.workspace, kept, [workspaceId, state])) !== 1)
    wrongDeletions.push(`${workspaceId}: the workspace is not ${state}`);
  const suspended = state === 'active' ? 'is null' : 'is not null';
  if (
    (await count(at.workspace, `membership where workspace_id = $1 and suspended_epoch ${suspended}`, [
      workspaceId,
    ])) < 1
  )
    wrongDeletions.push(`${workspaceId}: the members are gone`);
}

async function judgePurged(
  at: Witnesses,
  expected: Expectation,
  objects: Stored,
  uploads: ReadonlySet<string>,
  { leftovers, wrongDeletions }: Findings,
): Promise<void> {
  const { workspaceId, blocks, retained = [] } = expected;
  const keep = new Set(retained);
  const left = blocks.filter((block) => !keep.has(block) && objects.anything.has(keyOf(expected, block)));
  if (left.length > 0) leftovers.push(`${workspaceId}: ${left.length} objects, versions or markers`);
  if (blocks.some((block) => uploads.has(keyOf(expected, block))))
    leftovers.push(`${workspaceId}: unfinished uploads`);
  const lost = retained.filter((block) => !objects.live.has(keyOf(expected, block)));
  if (lost.length > 0) wrongDeletions.push(`${workspaceId}: ${lost.length} shared objects are gone`);
  for (const table of ['block', 'vlob_atom', 'key_bundle', 'key_bundle_access']) {
    const rows = await count(at.realm, `${table} where realm_id = $1`, [workspaceId]);
    if (rows > 0) leftovers.push(`${workspaceId}: ${rows} rows of ${table}`);
  }
  for (const table of ['membership', 'bucket', 'repository']) {
    const rows = await count(at.workspace, `${table} where workspace_id = $1`, [workspaceId]);
    if (rows > 0) leftovers.push(`${workspaceId}: ${rows} rows of ${table}`);
  }
  if (
    (await count(at.workspace, `workspace where workspace_id = $1 and state = 'purged' and name is null`, [
      workspaceId,
    ])) !== 1
  )
    leftovers.push(`${workspaceId}: not purged, or its name is left`);
  if (
    (await count(
      at.workspace,
      'certificate join deletion using (deletion_id) join workspace using (workspace_id, epoch) where workspace_id = $1',
      [workspaceId],
    )) !== 1
  )
    leftovers.push(`${workspaceId}: no certificate of its last deletion`);
}

async function judgeCertificates(
  at: Witnesses,
  expectations: readonly Expectation[],
  findings: Findings,
): Promise<void> {
  const { rows } = await at.workspace.query<{ workspace_id: string; jws: string }>(
    'select d.workspace_id, c.jws from certificate c join deletion d using (deletion_id)',
  );
  for (const { workspace_id: id, jws } of rows) {
    const accuse = (what: string) => findings.falseCertificates.push(`${id}: ${what}`);
    const expected = expectations.find((expectation) => expectation.workspaceId === id);
    if (expected === undefined && at.strangers) continue;
    if (expected?.fate !== 'purged') accuse('certified, but it should live');
    if (findings.leftovers.some((leftover) => leftover.startsWith(id)))
      accuse('certified, but something is left');
    const verification = await verifyCertificate(jws, at.keys);
    if (verification.kind !== 'verified') {
      accuse(`does not verify: ${verification.kind}`);
      continue;
    }
    const { blocks, workspaceId, epoch } = verification.claims;
    if (workspaceId !== id) accuse('names another workspace');
    if (expected === undefined) continue;
    const retained = expected.retained?.length ?? 0;
    if (blocks.total !== expected.blocks.length)
      accuse(`counts ${blocks.total} of ${expected.blocks.length} blocks`);
    if (blocks.retained !== retained) accuse(`counts ${blocks.retained} retained, not ${retained}`);
    if (blocks.root !== (await ledgerRoot(at, id, epoch))) accuse('its root is not what the ledger gives');
  }
}

async function ledgerRoot({ sweep }: Witnesses, realmId: string, epoch: number): Promise<string> {
  const { rows } = await sweep.query<{ page: number; rows: number; swept: number; row_digest: Buffer }>(
    `select page_no::int as page, rows, swept, row_digest
       from swept_page
       join sweep_report using (realm_id, epoch)
      where realm_id = $1 and epoch = $2 and page_no < pages
      order by page_no`,
    [realmId, epoch],
  );
  return merkleRoot(
    rows.map(({ row_digest: rowDigest, ...page }) => pageLeaf({ ...page, rowDigest })),
  ).toString('hex');
}
