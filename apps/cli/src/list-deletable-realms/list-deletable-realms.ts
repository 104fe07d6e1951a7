import { PurgeAuthorityServiceClient } from '@lethe/contracts';
import { withService } from '../connection/workspace-service.js';
import { printable, printableTime } from '../terminal/printable.js';
import { printJson, type Session } from '../terminal/session.js';
import { realmHex } from '../workspace/workspace-id.js';
import { listCandidates, type Candidate } from './candidates.js';
import { sizesOf } from './sizes.js';

export interface ListOptions {
  /** Undefined: all organizations, and each candidate tells which is its own. */
  readonly organization: string | undefined;
  /** Each candidate tells how much it holds. */
  readonly sizes: boolean;
  readonly json: boolean;
  readonly server: string | undefined;
}

/** Prints the deletion candidates. The text and the JSON are an interface: operators' scripts parse both. */
export async function listDeletableRealms(session: Session, options: ListOptions): Promise<void> {
  const { organization, json, server } = options;
  const candidates = await withService(PurgeAuthorityServiceClient, session, server, (caller) =>
    listCandidates(caller, organization),
  );
  const sizes = options.sizes ? await sizesOf(session, candidates) : undefined;
  const withOrganization = organization === undefined;
  if (json) {
    printJson(
      session.output,
      candidates.map((candidate) => ({
        ...asJson(candidate, withOrganization),
        ...sizes?.asJson(candidate),
      })),
    );
    return;
  }
  const lines = candidates.map(
    (candidate) => `${asLine(candidate, withOrganization)}${sizes?.asText(candidate) ?? ''}\n`,
  );
  session.output.write(
    lines.length === 0
      ? 'No realms eligible for deletion\n'
      : `Found ${lines.length} deletion candidate(s):\n${lines.join('')}`,
  );
}

const DATE = { deletion_planned: 'deletion_date', orphaned: 'orphaned_since' } as const;
const KIND_WIDTH = 'deletion_planned'.length;

function asLine({ workspaceId, kind, since, organizationId }: Candidate, withOrganization: boolean): string {
  const realm = printable(realmHex(workspaceId));
  // Behind everything else: a script that takes the first fields goes on working.
  const organization = withOrganization ? `  organization=${printable(organizationId)}` : '';
  return `Realm ${realm}  kind=${kind.padEnd(KIND_WIDTH)}  ${DATE[kind]}=${printableTime(since)}${organization}`;
}

function asJson(candidate: Candidate, withOrganization: boolean): Record<string, string> {
  return {
    realm_id: realmHex(candidate.workspaceId),
    kind: candidate.kind,
    [DATE[candidate.kind]]: printableTime(candidate.since),
    ...(withOrganization ? { organization_id: candidate.organizationId } : {}),
  };
}
