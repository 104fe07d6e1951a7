import { Configuration } from '@lethe/service';

export type Environment = Readonly<Record<string, string | undefined>>;

export const environment: Environment = process.env;

/** Where a service listens, and what proves that this operator may call it. */
export interface Connection {
  readonly address: string;
  readonly token: string;
}

export type AddressVariable =
  'WORKSPACE_SERVICE_ADDRESS' | 'REALM_PURGE_ADDRESS' | 'BLOB_SWEEPER_ADDRESS' | 'WEBHOOK_SENDER_ADDRESS';

/**
 * The service's address by its variable (or `--server`, which wins), GRPC_TOKEN_FILE or GRPC_TOKEN. There is deliberately no option for
 * the token: a process list shows every argument.
 *
 * @throws ConfigurationError with a sentence for each fault.
 */
export function readConnection(
  env: Environment,
  variable: AddressVariable,
  server: string | undefined,
): Connection {
  const SERVER = server === undefined ? variable : '--server';
  const configuration = new Configuration(server === undefined ? env : { ...env, [SERVER]: server });
  return configuration.finish({
    address: configuration.address(SERVER),
    token: configuration.parsed(
      'GRPC_TOKEN',
      "the operator's token, or GRPC_TOKEN_FILE to its file",
      asToken,
    ),
  });
}

/**
 * Who acts, as the audit will name them: `--by`, else LETHE_OPERATOR. Never guessed: the login is `root` or shared where
 * operators work, and an audit that names the wrong person is worse than a question.
 *
 * @throws ConfigurationError when neither is set.
 */
export function readOperator(env: Environment, by: string | undefined): string {
  if (by !== undefined) return by;
  const configuration = new Configuration(env);
  const name = configuration.text(
    'LETHE_OPERATOR',
    'your name, as the audit shall keep it, or give --by NAME',
  );
  return configuration.finish(name);
}

/** It travels in a header: what cannot stand there would fail later and without a sentence. */
function asToken(text: string): string {
  if (!/^[\x21-\x7e]*$/.test(text)) throw new Error('a token is one line of ASCII without spaces');
  return text;
}
