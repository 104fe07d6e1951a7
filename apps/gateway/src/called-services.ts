import { BlobSweeperServiceClient, RealmPurgeServiceClient, WorkspaceServiceClient } from '@lethe/contracts';
import { createGrpcCaller, letGo, type Component, type GrpcCaller } from '@lethe/service';
import type { GatewayConfig } from './config.js';

/** The services that the gateway calls, each by a token of its own. */
export interface CalledServices {
  readonly workspaces: GrpcCaller<WorkspaceServiceClient>;
  /** These two are asked for previews only: the gateway is ready without them. */
  readonly realms: GrpcCaller<RealmPurgeServiceClient>;
  readonly stores: GrpcCaller<BlobSweeperServiceClient>;
  /** Closes the connections when it is stopped. */
  readonly connections: Component;
}

export function callServices(config: GatewayConfig): CalledServices {
  const { grpcDeadlineMs } = config;
  const workspaces = createGrpcCaller(
    WorkspaceServiceClient,
    config.workspaceServiceAddress,
    config.grpcToken,
    grpcDeadlineMs,
  );
  const realms = createGrpcCaller(
    RealmPurgeServiceClient,
    config.realmPurgeAddress,
    config.realmPurgeToken,
    grpcDeadlineMs,
  );
  const stores = createGrpcCaller(
    BlobSweeperServiceClient,
    config.blobSweeperAddress,
    config.blobSweeperToken,
    grpcDeadlineMs,
  );
  const connections = letGo('gRPC clients', () => {
    for (const caller of [workspaces, realms, stores]) caller.close();
  });
  return { workspaces, realms, stores, connections };
}
