import { randomUUID } from 'node:crypto';
import { Metadata, Server, ServerCredentials, status, type handleUnaryCall } from '@grpc/grpc-js';
import {
  DeletionKind,
  Grant,
  PurgeAuthorityServiceService,
  type BlockEvidence,
  type ErasureEvidence,
  type PurgeAuthorityServiceServer,
} from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import { createAuthority, type Authority } from '@lethe/participant';

/** An authority as its contract has it, on a socket: what it grants and answers is the test's to say. */
export interface ScriptedAuthority {
  readonly address: string;
  readonly client: Authority;
  readonly calls: { readonly getGrant: number; readonly listOpenGrants: number };
  /** What was reported, by realm, each time. */
  readonly reports: Map<string, ErasureEvidence[]>;
  grant(realmId: string, organizationId: string, epoch?: number): Grant;
  /** An operator intervenes, or a delay ends. */
  intervene(
    realmId: string,
    order: Partial<Pick<Grant, 'paused' | 'blocksKept' | 'retries' | 'blocksDue' | 'sweepTime'>>,
  ): void;
  /** As an authority that was set back: it knows of no grant for the realm. */
  revoke(realmId: string): void;
  /** The releasing participant reports: from now on its evidence stands in the grant. */
  released(realmId: string, evidence: Partial<BlockEvidence>, participant?: string): void;
  /** Throws for a call what the test wants. */
  refuse: (method: 'getGrant' | 'listOpenGrants' | 'reportErasure', realmId: string) => void;
  stop(): Promise<void>;
}

const NO_GRANT = { code: status.NOT_FOUND, reason: 'NO_GRANT', message: 'no grant' };

export async function createScriptedAuthority(): Promise<ScriptedAuthority> {
  const grants = new Map<string, Grant>();
  const reports = new Map<string, ErasureEvidence[]>();
  const calls = { getGrant: 0, listOpenGrants: 0 };
  const isOpen = (grant: Grant) => !reports.has(grant.workspaceId);

  const service: Pick<PurgeAuthorityServiceServer, 'getGrant' | 'listOpenGrants' | 'reportErasure'> = {
    getGrant: answering(({ workspaceId, epoch }) => {
      calls.getGrant += 1;
      scripted.refuse('getGrant', workspaceId);
      const grant = grants.get(`${workspaceId}/${epoch}`);
      if (!grant) throw new RefusalError(NO_GRANT);
      return { grant };
    }),
    listOpenGrants: answering(({ pageToken }) => {
      calls.listOpenGrants += 1;
      scripted.refuse('listOpenGrants', '');
      const open = [...grants.values()].filter(isOpen);
      const rest = open.filter(({ deletionId }) => deletionId > pageToken);
      rest.sort((a, b) => (a.deletionId < b.deletionId ? -1 : 1));
      const page = rest.slice(0, 2);
      return { grants: page, nextPageToken: rest.length > 2 ? (page.at(-1)?.deletionId ?? '') : '' };
    }),
    reportErasure: answering(({ workspaceId, evidence }) => {
      scripted.refuse('reportErasure', workspaceId);
      if (evidence) reports.set(workspaceId, [...(reports.get(workspaceId) ?? []), evidence]);
      return {};
    }),
  };
  const unimplemented = answering((): never => {
    throw new RefusalError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message: 'not scripted' });
  });
  const server = new Server();
  const implementation: PurgeAuthorityServiceServer = {
    listDeletable: unimplemented,
    startPurge: unimplemented,
    pausePurge: unimplemented,
    resumePurge: unimplemented,
    retryPurge: unimplemented,
    releaseKeptBlocks: unimplemented,
    replayDeletions: unimplemented,
    reportProgress: unimplemented,
    listParticipants: unimplemented,
    ...service,
  };
  server.addService(PurgeAuthorityServiceService, { ...implementation });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  const address = `127.0.0.1:${port}`;
  const client = createAuthority(address, 'token');

  const scripted: ScriptedAuthority = {
    address,
    client,
    calls,
    reports,
    grant(workspaceId, organizationId, epoch = 3) {
      const kind = DeletionKind.DELETION_PLANNED;
      const base = { deletionId: randomUUID(), organizationId, workspaceId, epoch, kind };
      const grant = Grant.fromPartial({ ...base, grantTime: new Date(), blocksDue: true });
      grants.set(`${workspaceId}/${epoch}`, grant);
      return grant;
    },
    intervene(realmId, order) {
      for (const [key, grant] of grants)
        if (grant.workspaceId === realmId) grants.set(key, { ...grant, ...order });
    },
    revoke(realmId) {
      for (const [key, { workspaceId }] of grants) if (workspaceId === realmId) grants.delete(key);
    },
    released(realmId, blocks, participant = 'realm-purge') {
      for (const [key, grant] of grants)
        if (grant.workspaceId === realmId) {
          const reported = { reportTime: new Date(), evidence: { removed: {}, blocks } };
          const participants = [{ participant, givesBlockEvidence: true, ...reported }];
          grants.set(key, Grant.fromPartial({ ...grant, participants }));
        }
    },
    refuse: () => undefined,
    stop: () =>
      new Promise((resolve) => {
        client.close();
        server.forceShutdown();
        resolve();
      }),
  };
  return scripted;
}

function answering<Req, Res>(answer: (request: Req) => Res): handleUnaryCall<Req, Res> {
  return ({ request }, callback) => {
    try {
      callback(null, answer(request));
    } catch (error) {
      if (error instanceof RefusalError)
        callback({ code: error.code, details: error.details, metadata: error.trailers() });
      else callback({ code: status.INTERNAL, details: String(error), metadata: new Metadata() });
    }
  };
}
