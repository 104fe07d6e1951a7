/** What a script may rely on. Documented in `--help`. */
export const EXIT = {
  ok: 0,
  refused: 1,
  usage: 2,
  restored: 3,
  unavailable: 69,
  unexpected: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES_HELP = `
Exit codes:
  0    done; for "deletion watch": the workspace is purged
  1    refused, not found, or not verified
  2    wrong usage or configuration, or a file that cannot be read
  3    "deletion watch": the workspace was restored
  69   the workspace service, or the webhook sender, cannot be reached, or does not answer in time
  70   an unexpected failure
  130  interrupted

Environment:
  WORKSPACE_SERVICE_ADDRESS  host:port of the workspace service (or --server)
  WEBHOOK_SENDER_ADDRESS     the same of the webhook sender, for "webhook"
  GRPC_TOKEN_FILE            file with the operator's token
  GRPC_TOKEN                 the token itself, where no file is at hand
  LETHE_OPERATOR             your name, which the audit keeps of what you change (or --by)`;
