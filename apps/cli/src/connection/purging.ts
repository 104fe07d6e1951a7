import {
  BlobSweeperServiceClient,
  PurgeAuthorityServiceClient,
  RealmPurgeServiceClient,
  WorkspaceServiceClient,
} from '@lethe/contracts';
import type { Session } from '../terminal/session.js';
import { connect, type Connected } from './connected.js';
import { WORKSPACE_SERVICE } from './workspace-service.js';

const REALM_PURGE = { name: 'realm purge', variable: 'REALM_PURGE_ADDRESS' } as const;
const BLOB_SWEEPER = { name: 'blob sweeper', variable: 'BLOB_SWEEPER_ADDRESS' } as const;

export type Authority = Connected<PurgeAuthorityServiceClient>;
export type Workspaces = Connected<WorkspaceServiceClient>;
export type Realms = Connected<RealmPurgeServiceClient>;
export type Sweeper = Connected<BlobSweeperServiceClient>;

export const connectAuthority = (session: Session, server?: string): Authority =>
  connect(session, { ...WORKSPACE_SERVICE, Client: PurgeAuthorityServiceClient, server });
export const connectWorkspaces = (session: Session, server?: string): Workspaces =>
  connect(session, { ...WORKSPACE_SERVICE, Client: WorkspaceServiceClient, server });
export const connectRealms = (session: Session): Realms =>
  connect(session, { ...REALM_PURGE, Client: RealmPurgeServiceClient });
export const connectSweeper = (session: Session): Sweeper =>
  connect(session, { ...BLOB_SWEEPER, Client: BlobSweeperServiceClient });

/** What an order to purge needs: who decides it, and who carries it out. */
export interface PurgeServices {
  readonly authority: Authority;
  readonly workspaces: Workspaces;
  readonly realms: Realms;
}

/** @param server of the workspace service; realm-purge's address is in the environment alone */
export async function withPurgeServices<T>(
  session: Session,
  server: string | undefined,
  use: (services: PurgeServices) => Promise<T>,
): Promise<T> {
  const services = {
    authority: connectAuthority(session, server),
    workspaces: connectWorkspaces(session, server),
    realms: connectRealms(session),
  };
  try {
    return await use(services);
  } finally {
    for (const service of Object.values(services)) service.close();
  }
}
