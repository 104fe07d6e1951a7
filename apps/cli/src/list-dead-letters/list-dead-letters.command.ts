import type { Command } from 'commander';
import { WEBHOOK_SERVER_OPTION } from '../connection/webhook-sender.js';
import type { Session } from '../terminal/session.js';
import {
  organizationOf,
  withOrganization,
  type OrganizationOptions,
} from '../webhook/organization-option.js';
import { listDeadLetters } from './list-dead-letters.js';

export function addListDeadLetters(webhook: Command, session: Session): void {
  withOrganization(
    webhook
      .command('dead-letters')
      .description('list what could not be delivered and was given up, newest first'),
  )
    .option('--json', 'print a JSON array')
    .option(...WEBHOOK_SERVER_OPTION)
    .action(async (options: OrganizationOptions & { json?: true; server?: string }, command: Command) => {
      const organization = organizationOf(options, command);
      await listDeadLetters(session, organization, { json: options.json ?? false, server: options.server });
    });
}
