/** What a script may rely on. Documented in `--help`. */
export const EXIT = {
  ok: 0,
  refused: 1,
  usage: 2,
  restored: 3,
  interim: 4,
  leftOut: 5,
  unavailable: 69,
  unexpected: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES_HELP = `
Exit codes:
  0    done; for "deletion watch": the workspace is purged
  1    refused, not found, or not verified; or the answer to a question was not yes
  2    wrong usage or configuration, a file that cannot be read or written, or nobody to ask and no --yes
  3    "deletion watch": the workspace was restored
  4    "certificate verify": it is an interim statement, not a certificate
  5    "replay-deletions": some were left out, for their blocks are not shown to be gone yet; the others were replayed
  69   the workspace service, or another that is needed, cannot be reached, or does not answer in time
  70   an unexpected failure
  130  interrupted; where something was begun, the errors say where it stands and how to go on

Environment:
  WORKSPACE_SERVICE_ADDRESS  host:port of the workspace service (or --server)
  REALM_PURGE_ADDRESS        the same of realm-purge, for "delete-realm", "sweep", "deletion explain", "rate-limit", --sizes
  BLOB_SWEEPER_ADDRESS       the same of the blob sweeper, for "deletion explain", "rate-limit", "stores" and "orphans"
  WEBHOOK_SENDER_ADDRESS     the same of the webhook sender, for "webhook"
  GRPC_TOKEN_FILE            file with the operator's token
  GRPC_TOKEN                 the token itself, where no file is at hand
  LETHE_OPERATOR             your name, which the audit keeps of what you change (or --by)`;
