import type { Command } from 'commander';
import type { Session } from '../terminal/session.js';
import { verify } from './verify-certificate.js';

export function addVerifyCertificate(certificate: Command, session: Session): void {
  certificate
    .command('verify')
    .description('verify a deletion certificate offline, and print what it claims')
    .argument('<file>', 'the certificate (a compact JWS), or - for standard input')
    .requiredOption('--keys <file>', 'the public keys as "lethe certificate keys" prints them, or -')
    .option('--json', 'print a JSON object')
    .action(async (file: string, { keys, json }: { keys: string; json?: true }) => {
      session.exitCode = await verify(session, file, { keys, json: json ?? false });
    });
}
