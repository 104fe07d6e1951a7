import type { Command } from 'commander';
import { SERVER_OPTION } from '../connection/workspace-service.js';
import type { Session } from '../terminal/session.js';
import { showCertificate, type ShowCertificateOptions } from './show-certificate.js';

export function addShowCertificate(certificate: Command, session: Session): void {
  certificate
    .command('show')
    .description("print a workspace's deletion certificate (a compact JWS), or save it as a page")
    .argument('<workspace-id|file>', 'a UUID, or its 32 hex digits; or a file, for --html')
    .option('--output <file>', 'save it to a new file instead')
    .option('--html <file>', 'save it as a page, to be read and printed, to a new file')
    .option('--keys <file>', 'of a file: the public keys, so that the page says that it was verified')
    .option('--json', 'print a JSON object')
    .option(...SERVER_OPTION)
    .action(async (subject: string, options: ShowCertificateOptions) => {
      await showCertificate(session, subject, options);
    });
}
