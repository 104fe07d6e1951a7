import type { Configuration } from '@lethe/service';

/** Where the authority is, and the token by which it knows this participant. */
export interface AuthoritySettings {
  readonly authorityAddress: string;
  readonly authorityToken: string;
}

export function readAuthoritySettings(c: Configuration): AuthoritySettings {
  return {
    authorityAddress: c.address('WORKSPACE_SERVICE_ADDRESS'),
    authorityToken: c.text(
      'GRPC_TOKEN',
      "this service's token at the workspace service (or GRPC_TOKEN_FILE)",
    ),
  };
}
