import type { Command } from 'commander';
import { SERVER_OPTION } from '../connection/workspace-service.js';
import type { Session } from '../terminal/session.js';
import { listCertificateKeys } from './list-certificate-keys.js';

export function addListCertificateKeys(certificate: Command, session: Session): void {
  certificate
    .command('keys')
    .description('print the public keys of certificates as a JSON Web Key Set')
    .option(...SERVER_OPTION)
    .action(async ({ server }: { server?: string }) => {
      await listCertificateKeys(session, server);
    });
}
