import { generateKeyPair, exportJWK } from 'jose';
import { readCertificateKey, type CertificateKey } from '@lethe/certificate';
import { DeletionKind, type Caller, type ErasureEvidence, type StoreEvidence } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';
import { RefusalError } from '@lethe/outcome';
import { grantPurge, type GrantOutcome } from '../grant/grant.js';
import { reportErasureRpc } from '../report-erasure/report-erasure.rpc.js';
import { restoreWorkspace, type RestoreOutcome } from '../restore-workspace/restore-workspace.js';
import { PARTICIPANTS } from './world.sql.js';

export { softDelete } from './world.sql.js';

/** For tests: what happens in a story, as a service would be called. */
export const callerNamed = (userId: string): Caller => ({ userId, organizationId: '' });

export const contextOf = (caller: string): CallContext => ({
  caller,
  requestId: 'test',
  signal: new AbortController().signal,
});

/** The reason an RPC refuses with, or what it answered. */
export const reasonOf = (answer: Promise<unknown>): Promise<unknown> =>
  answer.catch((error: unknown) => (error instanceof RefusalError ? error.reason : error));

export const KINDS = {
  deletion_planned: DeletionKind.DELETION_PLANNED,
  orphaned: DeletionKind.ORPHANED,
} as const;

/** `times` rounds, a few at a time, each of two acts at once: what both answered. */
export async function race<A, B>(
  times: number,
  round: (n: number) => Promise<[() => Promise<A>, () => Promise<B>]>,
): Promise<[A, B][]> {
  const results: [A, B][] = [];
  for (let n = 0; n < times; n += 5)
    results.push(
      ...(await Promise.all(
        Array.from({ length: 5 }, async (_, i): Promise<[A, B]> => {
          const [a, b] = await round(n + i);
          // Either may be sent first, so that each side wins now and then.
          if (i % 2 === 0) return Promise.all([a(), b()]);
          const second = b();
          return Promise.all([a(), second]);
        }),
      )),
    );
  return results;
}

/** Both sides must have won sometimes, or the race was none. */
export function expectBoth(winners: readonly unknown[]): void {
  const different = new Set(winners);
  if (different.size !== 2) throw new Error(`of two, these won: ${[...different].join(', ')}`);
}

export const byLoop = (pool: Pool, organizationId: string, workspaceId: string): Promise<GrantOutcome> =>
  grantPurge(pool, PARTICIPANTS, {
    organizationId,
    workspaceId,
    kind: 'deletion_planned',
    by: { loop: true },
  });

export const byOperator = (
  pool: Pool,
  organizationId: string,
  workspaceId: string | undefined,
  kind: keyof typeof KINDS = 'deletion_planned',
  keepBlocks = false,
): Promise<GrantOutcome> =>
  grantPurge(pool, PARTICIPANTS, {
    ...{ organizationId, workspaceId, kind },
    by: { operator: 'operator-1', keepBlocks },
  });

export const restoreByOperator = (pool: Pool, workspaceId: string): Promise<RestoreOutcome> =>
  restoreWorkspace(pool, { workspaceId, caller: undefined, operator: 'operator-1' });

export function evidence(blocks: Partial<NonNullable<ErasureEvidence['blocks']>> = {}): ErasureEvidence {
  const { stores = ['primary'], blocksSwept: swept = 4 } = blocks;
  return {
    removed: { vlobs: 3 },
    blocks: {
      pages: 1,
      blocksTotal: 5,
      blocksSwept: 4,
      blocksRetained: 1,
      root: Buffer.alloc(32, 7),
      stores: ['primary'],
      bytesTotal: 0,
      ...blocks,
      // Unless a story is about them, each store that is named held all that was swept.
      byStore:
        blocks.byStore ??
        stores.map((store, n) => storeEvidence({ ...{ store, keysFound: swept }, storeId: storeIdOf(n) })),
    },
  };
}

const storeIdOf = (n: number) => `00000000-0000-4000-8000-${String(n + 1).padStart(12, '0')}`;

/** What a store held of the blocks of {@link evidence}. */
export const storeEvidence = (over: Partial<StoreEvidence> = {}): StoreEvidence => ({
  store: 'primary',
  storeId: storeIdOf(0),
  kind: 's3',
  keysFound: 4,
  keysMissing: 0,
  versionsDeleted: 4,
  uploadsAborted: 0,
  readBack: ['listing'],
  ...over,
});

export async function certificateKey(): Promise<{ key: CertificateKey; json: string }> {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const json = JSON.stringify(await exportJWK(privateKey));
  return { key: await readCertificateKey(json), json };
}

/** A participant's report, or the reason why it is refused. */
export function report(
  pool: Pool,
  participant: string,
  workspaceId: string,
  reported: ErasureEvidence | null = evidence(),
  epoch = 1,
): Promise<unknown> {
  const answer = reportErasureRpc(pool, () => undefined)(
    { workspaceId, epoch, evidence: reported ?? undefined },
    contextOf(participant),
  );
  return reasonOf(answer);
}
