import {
  ORGANIZATION_RIGHTS,
  ORGANIZATION_ROLES,
} from '../../apps/workspace-service/src/authorization/organization-rights.js';
import {
  STANDINGS,
  STATES,
  WORKSPACE_RIGHTS,
  type RightsState,
  type Verdict,
} from '../../apps/workspace-service/src/authorization/workspace-rights.js';

const SIGNS: Record<Verdict, string> = {
  allowed: '**yes**',
  WORKSPACE_ACTIVE: 'active',
  RESTORE_WINDOW_CLOSED: 'too late',
  PURGE_STARTED: 'purging',
  WORKSPACE_ALREADY_DELETED: 'gone',
  INSUFFICIENT_PERMISSIONS: 'no',
  WORKSPACE_NOT_FOUND: '·',
};

const INTRODUCTION = `# Who may do what

<!-- Printed from apps/workspace-service/src/authorization by "npm run generate:authorization"; do not edit. -->

The tables that workspace-service decides by, for REST and gRPC alike; \`tools/e2e/authorization/authorization.db.test.ts\` sends every cell through
the gateway. To a caller of another organization no workspace exists: it gets, byte for byte, the answer of an unknown id.

A caller stands to a workspace as ADMIN, WRITE or READ (of a deleted one: as it stood at the deletion), as an administrator of the
organization (ADMINISTRATORS, OWNER), or as a colleague: anybody else of the organization. Of several the best counts. A revoked user is
nobody. An operator of the installation stands above this, with methods of its own (docs/operating/grpc.md).

| sign | means | answered with |
| --- | --- | --- |
| **yes** | may | |
| no | may not | 403 INSUFFICIENT_PERMISSIONS |
| · | knows of no such workspace | 404 WORKSPACE_NOT_FOUND |
| gone | was its ADMIN | 404 WORKSPACE_ALREADY_DELETED, with the deletion |
| active | there is nothing to restore | 409 WORKSPACE_ACTIVE |
| too late | the purge time has come: only an operator restores | 409 RESTORE_WINDOW_CLOSED |
| purging | no way back | 409 PURGE_STARTED |

\`due\` is a deleted workspace whose purge time has come. A purge takes the memberships: of a \`purged\` workspace only the
organization's administrators know, and whoever asked for the deletion. Changes are for callers whose e-mail address is validated: others get
400 USER_NOT_VALIDATED before anything else.
`;

/** docs/authorization.md, as the tables say today. */
export function authorizationPage(): string {
  const sections = Object.entries(WORKSPACE_RIGHTS).map(([operation, rights]) => {
    const rows = STATES.map((state: RightsState) => [
      state,
      ...rights.rows[state].map((cell) => SIGNS[cell]),
    ]);
    return `### ${operation}${rights.validated ? '' : ' (reads)'}\n\n${table(['', ...STANDINGS], rows)}`;
  });
  const organization = Object.entries(ORGANIZATION_RIGHTS).map(([operation, { validated, row }]) => [
    operation,
    ...row.map((may) => (may ? '**yes**' : 'no')),
    validated ? 'validated' : '',
  ]);
  return [
    INTRODUCTION,
    '## With a workspace\n',
    ...sections.map((section) => `${section}\n`),
    '## In the organization\n',
    table(['', ...ORGANIZATION_ROLES, 'who must be'], organization),
    '',
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
