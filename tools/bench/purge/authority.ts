import { randomUUID } from 'node:crypto';
import { status, type handleUnaryCall } from '@grpc/grpc-js';
import {
  DeletionKind,
  Grant,
  PurgeAuthorityServiceService,
  type ErasureEvidence,
  type PurgeAuthorityServiceServer,
} from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import { createGrpcServer } from '@lethe/service';

/** Grants what it is told to and remembers who reported, as the workspace service does, and costs nothing. */
export interface BenchAuthority {
  readonly address: string;
  grant(organizationId: string, realmId: string): Grant;
  /** What each participant reported of a realm, by its name. */
  reports(realmId: string): ReadonlyMap<string, ErasureEvidence>;
  /** Seconds from the grant to the last participant's report, or undefined before that. */
  secondsToReports(realmId: string): number | undefined;
  stop(): Promise<void>;
}

export const PARTICIPANTS = ['realm-purge', 'blob-sweeper'] as const;

const refusal = (code: status, reason: string) => new RefusalError({ code, reason, message: reason });

/** Each participant's token is its name. */
export async function startAuthority(): Promise<BenchAuthority> {
  interface Known {
    readonly grant: Grant;
    readonly grantedAt: number;
    readonly reports: Map<string, ErasureEvidence>;
    reportedAt?: number;
  }
  const open = new Map<string, Known>();
  const find = ({ workspaceId, epoch }: { workspaceId: string; epoch: number }): Known => {
    const known = open.get(workspaceId);
    if (known?.grant.epoch !== epoch) throw refusal(status.NOT_FOUND, 'NO_GRANT');
    return known;
  };
  const shown = ({ grant, reports }: Known): Grant => ({
    ...grant,
    participants: [...reports].map(([participant, evidence]) => ({
      participant,
      givesBlockEvidence: true,
      reportTime: new Date(),
      evidence,
    })),
  });
  const answering =
    <Req, Res>(answer: (request: Req, caller: string) => Res): handleUnaryCall<Req, Res> =>
    ({ request, metadata }, callback) => {
      const token = String(metadata.get('authorization')[0] ?? '');
      try {
        callback(null, answer(request, token.replace(/^Bearer /, '')));
      } catch (thrown) {
        const said =
          thrown instanceof RefusalError ? thrown : refusal(status.INTERNAL, (thrown as Error).message);
        callback({ code: said.code, details: said.details, metadata: said.trailers() });
      }
    };
  const unasked = answering((): never => {
    throw refusal(status.UNIMPLEMENTED, 'NOT_PART_OF_THE_BENCHMARK');
  });
  const implementation: PurgeAuthorityServiceServer = {
    listDeletable: unasked,
    startPurge: unasked,
    pausePurge: unasked,
    resumePurge: unasked,
    retryPurge: unasked,
    releaseKeptBlocks: unasked,
    replayDeletions: unasked,
    listParticipants: unasked,
    getGrant: answering((request) => ({ grant: shown(find(request)) })),
    listOpenGrants: answering((_request, caller) => ({
      grants: [...open.values()].filter(({ reports }) => !reports.has(caller)).map(shown),
      nextPageToken: '',
    })),
    reportProgress: answering((request) => {
      find(request);
      return {};
    }),
    reportErasure: answering((request, caller) => {
      if (request.evidence === undefined) throw refusal(status.INVALID_ARGUMENT, 'NO_EVIDENCE');
      const known = find(request);
      known.reports.set(caller, request.evidence);
      if (PARTICIPANTS.every((name) => known.reports.has(name))) known.reportedAt ??= performance.now();
      return {};
    }),
  };
  const server = createGrpcServer('authority', '127.0.0.1:0', [
    { definition: PurgeAuthorityServiceService, implementation },
  ]);
  await server.start();
  return {
    address: server.address,
    grant(organizationId, workspaceId) {
      const grant = Grant.fromPartial({
        deletionId: randomUUID(),
        organizationId,
        workspaceId,
        epoch: 1,
        kind: DeletionKind.DELETION_PLANNED,
        grantTime: new Date(),
        blocksDue: true,
      });
      open.set(workspaceId, { grant, grantedAt: performance.now(), reports: new Map() });
      return grant;
    },
    reports: (realmId) => open.get(realmId)?.reports ?? new Map(),
    secondsToReports(realmId) {
      const { grantedAt = NaN, reportedAt } = open.get(realmId) ?? {};
      return reportedAt === undefined ? undefined : (reportedAt - grantedAt) / 1_000;
    },
    stop: () => server.stop(),
  };
}
