import type { Command } from 'commander';
import type { Session } from '../terminal/session.js';
import { verify } from './verify-certificate.js';

interface Options {
  keys: string;
  pages?: string;
  blocks?: string;
  block?: string;
  proof?: string;
  json?: true;
}

export function addVerifyCertificate(certificate: Command, session: Session): void {
  certificate
    .command('verify')
    .description('verify deletion certificates offline, several as a chain, and print what they claim')
    .argument('<files...>', 'certificates (compact JWS, or pages of HTML), or - for standard input')
    .requiredOption('--keys <file>', 'the public keys as "lethe certificate keys" prints them, or -')
    .option('--pages <file>', 'recompute the Merkle root from the pages that "certificate pages" saved')
    .option('--blocks <file>', 'recompute the pages from the list of --dump-realm-blocks; needs --pages')
    .option('--block <id>', 'prove that this block is among them; needs --blocks')
    .option('--proof <file>', 'save that proof to a new file, for "certificate verify-block"')
    .option('--json', 'print a JSON object')
    .action(async (files: string[], options: Options) => {
      session.exitCode = await verify(session, files, options);
    });
}
