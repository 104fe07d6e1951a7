import type { Command } from 'commander';
import type { Session } from '../terminal/session.js';
import { verifyBlock } from './verify-block.js';

export function addVerifyBlock(certificate: Command, session: Session): void {
  certificate
    .command('verify-block')
    .description('verify offline that a certificate speaks of a block, by a proof that was saved')
    .argument('<certificate>', 'the certificate')
    .argument('<proof>', 'as "certificate verify --block ID --proof FILE" saved it')
    .requiredOption('--keys <file>', 'the public keys as "lethe certificate keys" prints them')
    .option('--json', 'print a JSON object')
    .action(async (file: string, proof: string, options: { keys: string; json?: true }) => {
      session.exitCode = await verifyBlock(session, file, proof, options);
    });
}
