import { status, type handleUnaryCall } from '@grpc/grpc-js';
import {
  DeletionKind,
  PurgeAuthorityServiceService,
  type Grant,
  type PurgeAuthorityServiceServer,
  type ReportErasureRequest,
  type ReportProgressRequest,
} from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import { createGrpcServer } from '@lethe/service';

/** For tests: an authority over a real socket that answers as the test says. */
export interface ScriptedAuthority {
  readonly address: string;
  /** What it has granted, by workspace; taking one out rewinds it. */
  readonly grants: Map<string, Grant>;
  readonly reports: ReportErasureRequest[];
  readonly progress: ReportProgressRequest[];
  /** The workspaces whose report it remembers. */
  readonly reported: Set<string>;
  /** How often it was asked for a grant. */
  asked: number;
  away: boolean;
  /** The reason with which it refuses every report. */
  refuses: string | undefined;
  allow(organizationId: string, workspaceId: string, epoch?: number): Grant;
  stop(): Promise<void>;
}

const refusal = (code: status, reason: string) =>
  new RefusalError({ code, reason, message: `it says ${reason}` });

export async function startScriptedAuthority(): Promise<ScriptedAuthority> {
  const answering =
    <Req, Res>(answer: (request: Req) => Res): handleUnaryCall<Req, Res> =>
    ({ request }, callback) => {
      try {
        if (script.away) throw refusal(status.UNAVAILABLE, 'AWAY');
        callback(null, answer(request));
      } catch (thrown) {
        const said = thrown as RefusalError;
        callback({
          code: said.code,
          details: said.details,
          // Who is away says nothing more.
          ...(script.away ? {} : { metadata: said.trailers() }),
        });
      }
    };
  const granted = (workspaceId: string, epoch: number): Grant => {
    const grant = script.grants.get(workspaceId);
    if (grant?.epoch !== epoch) throw refusal(status.NOT_FOUND, 'NO_GRANT');
    return grant;
  };
  const unscripted = answering((): never => {
    throw refusal(status.UNIMPLEMENTED, 'NOT_SCRIPTED');
  });
  const implementation: PurgeAuthorityServiceServer = {
    listDeletable: unscripted,
    startPurge: unscripted,
    pausePurge: unscripted,
    resumePurge: unscripted,
    retryPurge: unscripted,
    releaseKeptBlocks: unscripted,
    replayDeletions: unscripted,
    listParticipants: unscripted,
    getGrant: answering(({ workspaceId, epoch }) => {
      script.asked += 1;
      return { grant: granted(workspaceId, epoch) };
    }),
    listOpenGrants: answering(({ pageSize, pageToken }) => {
      const open = [...script.grants.values()].filter(({ workspaceId }) => !script.reported.has(workspaceId));
      const end = Number(pageToken || 0) + pageSize;
      return {
        grants: open.slice(Number(pageToken || 0), end),
        nextPageToken: end < open.length ? `${end}` : '',
      };
    }),
    reportProgress: answering((request) => {
      granted(request.workspaceId, request.epoch);
      script.progress.push(request);
      return {};
    }),
    reportErasure: answering((request) => {
      granted(request.workspaceId, request.epoch);
      if (script.refuses !== undefined) throw refusal(status.FAILED_PRECONDITION, script.refuses);
      script.reports.push(request);
      script.reported.add(request.workspaceId);
      return {};
    }),
  };
  const server = createGrpcServer('authority', '127.0.0.1:0', [
    { definition: PurgeAuthorityServiceService, implementation },
  ]);
  await server.start();
  const script: ScriptedAuthority = {
    address: server.address,
    grants: new Map(),
    reports: [],
    progress: [],
    reported: new Set(),
    asked: 0,
    away: false,
    refuses: undefined,
    allow(organizationId, workspaceId, epoch = 1) {
      const grant: Grant = {
        deletionId: crypto.randomUUID(),
        organizationId,
        workspaceId,
        epoch,
        kind: DeletionKind.DELETION_PLANNED,
        grantTime: new Date(),
        participants: [],
        paused: false,
        blocksKept: false,
        retries: 0,
        replayOf: '',
        sweepTime: undefined,
        blocksDue: true,
      };
      script.grants.set(workspaceId, grant);
      return grant;
    },
    stop: () => server.stop(),
  };
  return script;
}
