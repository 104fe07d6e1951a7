import type { WorkspaceServiceClient } from '@lethe/contracts';
import { compose, createAdminServer, type Component, type GrpcCaller } from '@lethe/service';
import { createLogger, createMetrics, type Logger, type Metrics } from '@lethe/telemetry';
import { callServices } from './called-services.js';
import type { GatewayConfig } from './config.js';
import { updateWorkspace } from './update-workspace/update-workspace.http.js';
import { addMember } from './add-member/add-member.http.js';
import { updateMember } from './update-member/update-member.http.js';
import { removeMember } from './remove-member/remove-member.http.js';
import { listUsers } from './list-users/list-users.http.js';
import { deleteUser } from './delete-user/delete-user.http.js';
import { activateUser } from './activate-user/activate-user.http.js';
import { listAuditEvents } from './list-audit-events/list-audit-events.http.js';
import { watchDeletion, type WatchTiming } from './watch-deletion/watch-deletion.http.js';
import { previewDeletion } from './preview-deletion/preview-deletion.http.js';
import { listHolds } from './list-holds/list-holds.http.js';
import { placeHold } from './place-hold/place-hold.http.js';
import { releaseHold } from './release-hold/release-hold.http.js';
import { getDeletionPolicy } from './get-deletion-policy/get-deletion-policy.http.js';
import { setDeletionPolicy } from './set-deletion-policy/set-deletion-policy.http.js';
import { createBucket } from './create-bucket/create-bucket.http.js';
import { createRepository } from './create-repository/create-repository.http.js';
import { createWorkspace } from './create-workspace/create-workspace.http.js';
import { deleteBucket } from './delete-bucket/delete-bucket.http.js';
import { deleteRepository } from './delete-repository/delete-repository.http.js';
import { deleteWorkspace } from './delete-workspace/delete-workspace.http.js';
import { getDeletionCertificate } from './get-deletion-certificate/get-deletion-certificate.http.js';
import { getDeletionStatement } from './get-deletion-statement/get-deletion-statement.http.js';
import { getDeletion } from './get-deletion/get-deletion.http.js';
import { getWorkspace } from './get-workspace/get-workspace.http.js';
import { authenticate } from './http/authentication.js';
import { createListener } from './http/listener.js';
import { createHttpServer, type HttpRoute, type HttpServer } from './http/server.js';
import { createSigningKeys, type SigningKeys } from './http/signing-keys.js';
import { createTokenVerifier } from './http/token-verifier.js';
import { listBuckets } from './list-buckets/list-buckets.http.js';
import { listCertificateKeys } from './list-certificate-keys/list-certificate-keys.http.js';
import { listRepositories } from './list-repositories/list-repositories.http.js';
import { listWorkspaces } from './list-workspaces/list-workspaces.http.js';
import { reportHealth } from './report-health/report-health.http.js';
import { restoreWorkspace } from './restore-workspace/restore-workspace.http.js';
import { serveOpenApi } from './serve-open-api/serve-open-api.http.js';

/** Whoever calls one of these has proven who it is; a route that is not here is public. */
const PROTECTED: readonly HttpRoute[] = [
  createWorkspace,
  listWorkspaces,
  getWorkspace,
  deleteWorkspace,
  restoreWorkspace,
  getDeletion,
  getDeletionCertificate,
  getDeletionStatement,
  listBuckets,
  createBucket,
  deleteBucket,
  listRepositories,
  createRepository,
  deleteRepository,
  updateWorkspace,
  addMember,
  updateMember,
  removeMember,
  listUsers,
  deleteUser,
  activateUser,
  listAuditEvents,
  listHolds,
  placeHold,
  releaseHold,
  getDeletionPolicy,
  setDeletionPolicy,
];

const PROBE_MS = 2_000;

export interface Gateway extends Component {
  /** `host:port` it really listens on, once started. */
  readonly address: string;
  /** The same of health and metrics. */
  readonly adminAddress: string;
}

const HEARTBEAT_MS = 15_000;
const RESUMED_EVENT_MS = 1_000;

export interface GatewayOverrides {
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  readonly keys?: SigningKeys;
  readonly watching?: Partial<WatchTiming>;
}

/** REST in, gRPC out. Decides nothing: workspace-service does. */
export function createGateway(config: GatewayConfig, overrides: GatewayOverrides = {}): Gateway {
  const logger = overrides.logger ?? createLogger('gateway', config.logLevel);
  const metrics = overrides.metrics ?? createMetrics('gateway');
  const keys = overrides.keys ?? createSigningKeys({ url: config.jwksUrl, logger });
  const { workspaces, realms, stores, connections } = callServices(config);
  const { grpcDeadlineMs } = config;
  const watching = {
    heartbeatMs: HEARTBEAT_MS,
    firstEventMs: grpcDeadlineMs,
    resumedEventMs: RESUMED_EVENT_MS,
  };
  const routes = [
    ...PROTECTED,
    watchDeletion({ ...watching, ...overrides.watching }, logger),
    previewDeletion({ realms, stores }, grpcDeadlineMs),
  ];
  const probes = {
    'workspace-service': () => connected(workspaces),
    'token keys': () => keys.ready(),
  };
  const listener = createListener(config.listen, async () => {
    const { app, limiters } = await createHttpServer({
      logger,
      metrics,
      limits: limitsOf(config),
      origins: config.corsOrigins,
      trustedProxies: config.trustedProxies,
    });
    await app.register((api: HttpServer, _options, done) => {
      api.addHook('onRequest', authenticate(createTokenVerifier(keys.keyOf, rulesOf(config))));
      api.addHook('onRequest', limiters.ofCaller);
      for (const route of routes) route(api, workspaces);
      done();
    });
    listCertificateKeys(app, workspaces);
    reportHealth(app, probes);
    serveOpenApi(app);
    return app;
  });
  const admin = createAdminServer(config.adminListen, metrics, probes);
  const parts = compose('gateway', [keys, connections, admin, listener]);
  return {
    ...parts,
    get address() {
      return listener.address;
    },
    get adminAddress() {
      return admin.address;
    },
  };
}

function rulesOf({ jwtIssuer, jwtAudience }: GatewayConfig) {
  return { issuer: jwtIssuer, audience: jwtAudience };
}

function limitsOf(config: GatewayConfig) {
  return {
    perAddress: config.rateLimitPerMinuteAddress,
    perUser: config.rateLimitPerMinute,
    perOrganization: config.rateLimitPerMinuteOrganization,
  };
}

function connected({ client }: GrpcCaller<WorkspaceServiceClient>): Promise<void> {
  return new Promise((resolve, reject) => {
    client.waitForReady(Date.now() + PROBE_MS, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
