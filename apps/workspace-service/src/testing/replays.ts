import { randomUUID } from 'node:crypto';
import type { CertificateKey } from '@lethe/certificate';
import type { ReplayDeletionsRequest, ReplayDeletionsResponse, ReplayedDeletion } from '@lethe/contracts';
import { createLogger, createMetrics } from '@lethe/telemetry';
import type { Pool } from '@lethe/postgres';
import { certifyDeletions } from '../certify-deletion/certify-deletion.loop.js';
import { getCertificateRpc } from '../get-certificate/get-certificate.rpc.js';
import { getDeletionRpc } from '../get-deletion/get-deletion.rpc.js';
import { replayDeletionsRpc } from '../replay-deletions/replay-deletions.rpc.js';
import { byLoop, certificateKey, contextOf, evidence, report, softDelete } from './stories.js';
import { addOrganization, addUser, addWorkspace, PARTICIPANTS } from './world.sql.js';

export const LONG_AGO = new Date('2000-01-01T00:00:00Z');
/** An order that takes what has blocks that were never shown to be gone, too. */
export const UNPROVEN = { unproven: true, reason: 'the ledger is lost, the realm database restored' };
const [logger, metrics] = [createLogger('test', 'silent'), createMetrics('test')];
const operator = contextOf('operator');

export const idsOf = (found: readonly ReplayedDeletion[]) => found.map((replayed) => replayed.workspaceId);

/** For tests: a database in which deletions are certified, and replayed. */
export async function certifiedWorld(pool: Pool) {
  const key: CertificateKey = (await certificateKey()).key;
  let organizations = 0;
  const world = {
    key,
    /** A new one, with a user of its name and `-ann`. */
    async organization(): Promise<string> {
      const id = `o${String(++organizations).padStart(3, '0')}`;
      await addOrganization(pool, id, {});
      await addUser(pool, id, `${id}-ann`);
      return id;
    },
    workspace: (organizationId: string) =>
      addWorkspace(pool, organizationId, { [`${organizationId}-ann`]: 'ADMIN' }),
    /** All report, and it is certified. */
    async finish(id: string, epoch: number): Promise<void> {
      for (const participant of PARTICIPANTS.keys()) await report(pool, participant, id, evidence(), epoch);
      await world.certify();
    },
    certify: () =>
      certifyDeletions({ pool, key: () => Promise.resolve(key), issuer: 'lethe', logger, metrics }),
    async purging(organizationId: string): Promise<string> {
      const id = await world.workspace(organizationId);
      await softDelete(pool, id);
      await byLoop(pool, organizationId, id);
      return id;
    },
    async purged(organizationId: string): Promise<string> {
      const id = await world.purging(organizationId);
      await world.finish(id, 1);
      return id;
    },
    /** In key order. */
    async purgedOf(organizationId: string, count: number): Promise<string[]> {
      const ids: string[] = [];
      for (let n = 0; n < count; n++) ids.push(await world.purged(organizationId));
      return ids.sort();
    },
    /** One page. */
    replay: (request: Partial<ReplayDeletionsRequest>): Promise<ReplayDeletionsResponse> =>
      replayDeletionsRpc(
        pool,
        PARTICIPANTS,
      )({
        ...{ organizationId: '', since: LONG_AGO, orderedBy: 'op-1', replayId: randomUUID() },
        ...{ validateOnly: false, pageSize: 0, pageToken: '' },
        ...{ unproven: false, reason: '' },
        ...request,
      }),
    async replayAll(request: Partial<ReplayDeletionsRequest>): Promise<ReplayedDeletion[]> {
      const found: ReplayedDeletion[] = [];
      const one = { replayId: randomUUID(), ...request };
      for (let pageToken = '', more = true; more; more = pageToken !== '') {
        const page = await world.replay({ ...one, pageToken });
        found.push(...page.deletions);
        pageToken = page.nextPageToken;
      }
      return found;
    },
    deletionOf: async (workspaceId: string) =>
      (await getDeletionRpc(pool)({ workspaceId, caller: undefined }, operator)).deletion,
    certificateOf: (workspaceId: string) =>
      getCertificateRpc(pool)({ workspaceId, caller: undefined }, operator),
  };
  return world;
}
export type CertifiedWorld = Awaited<ReturnType<typeof certifiedWorld>>;
